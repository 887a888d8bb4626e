package io.sagelocal.transform;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Puts records into requests: one each, or as many as fit. */
final class Batches implements ModelRequests {
  private static final byte[] LINE_FEED = {'\n'};

  private final InputStream stream;
  private final RecordReader records;
  private final BatchSettings settings;
  private final boolean lines;
  private final Optional<DataProcessing> processing;
  private Optional<InputRecord> pending = Optional.empty();
  private long number;

  Batches(TransformJobSpec spec, BatchSettings settings, InputStream stream) {
    this.stream = stream;
    this.settings = settings;
    this.records = RecordReader.of(spec.input().split(), stream, settings.maxPayloadBytes());
    this.processing = spec.processing();
    this.lines = spec.input().split() == TransformInput.SplitType.LINE;
  }

  /** A record or object that does not fit into a request. */
  static TransformFailure tooLong(String what, long maxBytes) {
    return TransformFailure.client(
        "%s is longer than MaxPayloadInMB %d allows".formatted(what, maxBytes >> 20));
  }

  @Override
  public Optional<ModelRequest> next() throws IOException {
    Optional<InputRecord> first = take();
    if (first.isEmpty()) {
      return Optional.empty();
    }
    long last = first.get().number();
    List<byte[]> records = new ArrayList<>();
    if (settings.singleRecord()) {
      keep(first.get(), records);
      byte[] alone = forModel(first.get(), false);
      return Optional.of(request(last, last, records, () -> BodyPublishers.ofByteArray(alone)));
    }
    RequestBytes body = new RequestBytes();
    for (Optional<InputRecord> more = first; more.isPresent(); more = take()) {
      byte[] bytes = forModel(more.get(), true);
      boolean begun = more.get().number() > first.get().number();
      if (begun && body.size() + bytes.length + 1L > settings.maxPayloadBytes()) {
        pending = more;
        break;
      }
      if (lines && begun) {
        body.write(LINE_FEED);
      }
      body.write(bytes);
      keep(more.get(), records);
      last = more.get().number();
    }
    return Optional.of(request(first.get().number(), last, records, body::publisher));
  }

  /** Records are held beside the request only when their answers are joined with them. */
  private void keep(InputRecord record, List<byte[]> records) {
    if (processing.filter(DataProcessing::join).isPresent()) {
      records.add(record.content());
    }
  }

  private byte[] forModel(InputRecord record, boolean amongOthers) {
    byte[] bytes = amongOthers ? record.framed() : record.content();
    if (processing.isEmpty()) {
      return bytes;
    }
    try {
      return processing.get().forModel(bytes);
    } catch (TransformFailure e) {
      throw e.at(where(record.number(), record.number()));
    }
  }

  private ModelRequest request(
      long first, long last, List<byte[]> records, Supplier<BodyPublisher> body) {
    return new ModelRequest(number++, where(first, last), records, body);
  }

  private String where(long first, long last) {
    String one = lines ? "line" : "record";
    return first == last
        ? "%s %d".formatted(one, first)
        : "%ss %d to %d".formatted(one, first, last);
  }

  private Optional<InputRecord> take() throws IOException {
    Optional<InputRecord> next = pending.isPresent() ? pending : records.next();
    pending = Optional.empty();
    return next;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
