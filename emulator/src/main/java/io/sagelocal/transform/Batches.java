package io.sagelocal.transform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Optional;

/** Puts records into requests: one each, or as many as fit. */
final class Batches implements ModelRequests {
  private final InputStream stream;
  private final RecordReader records;
  private final BatchSettings settings;
  private final boolean lines;
  private Optional<InputRecord> pending = Optional.empty();
  private long number;

  Batches(TransformJobSpec spec, BatchSettings settings, InputStream stream) {
    this.stream = stream;
    this.settings = settings;
    this.records = RecordReader.of(spec.input().split(), stream, settings.maxPayloadBytes());
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
    if (settings.singleRecord()) {
      byte[] body = first.get().content();
      return Optional.of(request(first.get().number(), first.get().number(), body));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    long last = first.get().number();
    body.write(first.get().framed());
    for (Optional<InputRecord> more = take(); more.isPresent(); more = take()) {
      byte[] bytes = more.get().framed();
      if (body.size() + bytes.length + 1L > settings.maxPayloadBytes()) {
        pending = more;
        break;
      }
      if (lines) {
        body.write('\n');
      }
      body.write(bytes);
      last = more.get().number();
    }
    return Optional.of(request(first.get().number(), last, body.toByteArray()));
  }

  private ModelRequest request(long first, long last, byte[] body) {
    String one = lines ? "line" : "record";
    String where =
        first == last ? "%s %d".formatted(one, first) : "%ss %d to %d".formatted(one, first, last);
    return new ModelRequest(number++, where, List.of(), () -> BodyPublishers.ofByteArray(body));
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
