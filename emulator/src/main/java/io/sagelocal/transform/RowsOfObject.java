package io.sagelocal.transform;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An object that is one request, of whose rows the model gets a part. */
final class RowsOfObject implements ModelRequests {
  private final DataProcessing processing;
  private final InputStream stream;
  private final long maxBytes;
  private boolean taken;

  RowsOfObject(DataProcessing processing, InputStream stream, long maxBytes) {
    this.processing = processing;
    this.stream = stream;
    this.maxBytes = maxBytes;
  }

  @Override
  public Optional<ModelRequest> next() throws IOException {
    if (taken) {
      return Optional.empty();
    }
    taken = true;
    List<byte[]> records = new ArrayList<>();
    List<byte[]> rows = new ArrayList<>();
    if (processing.input().isLines()) {
      RecordReader lines = new LineRecords(stream, maxBytes);
      long bytes = 0;
      for (Optional<InputRecord> line = lines.next(); line.isPresent(); line = lines.next()) {
        byte[] record = line.get().content();
        bytes += record.length + 1L;
        requireFits(bytes);
        records.add(record);
        rows.add(filtered(record, "line " + line.get().number()));
      }
    } else {
      byte[] whole = stream.readNBytes((int) Math.min(Integer.MAX_VALUE - 8L, maxBytes + 1));
      requireFits(whole.length);
      records.add(whole);
      rows.add(filtered(whole, ""));
    }
    byte[] body = DataProcessing.lines(rows);
    return Optional.of(new ModelRequest(0, "", records, () -> BodyPublishers.ofByteArray(body)));
  }

  private byte[] filtered(byte[] record, String where) {
    try {
      return processing.forModel(record);
    } catch (TransformFailure e) {
      throw e.at(where);
    }
  }

  private void requireFits(long bytes) {
    if (bytes > maxBytes) {
      throw Batches.tooLong("it", maxBytes);
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
