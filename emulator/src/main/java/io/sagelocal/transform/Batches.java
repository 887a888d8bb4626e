package io.sagelocal.transform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts records into requests: one each, or as many as fit. */
final class Batches implements ModelRequests {
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
    if (settings.singleRecord()) {
      return Optional.of(request(List.of(first.get()), forModel(first.get(), false)));
    }
    List<InputRecord> together = new ArrayList<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Optional<InputRecord> more = first; more.isPresent(); more = take()) {
      byte[] bytes = forModel(more.get(), true);
      if (!together.isEmpty() && body.size() + bytes.length + 1L > settings.maxPayloadBytes()) {
        pending = more;
        break;
      }
      if (lines && !together.isEmpty()) {
        body.write('\n');
      }
      body.write(bytes);
      together.add(more.get());
    }
    return Optional.of(request(together, body.toByteArray()));
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

  private ModelRequest request(List<InputRecord> together, byte[] body) {
    boolean joined = processing.filter(DataProcessing::join).isPresent();
    return new ModelRequest(
        number++,
        where(together.getFirst().number(), together.getLast().number()),
        joined ? together.stream().map(InputRecord::content).toList() : List.of(),
        () -> BodyPublishers.ofByteArray(body));
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
