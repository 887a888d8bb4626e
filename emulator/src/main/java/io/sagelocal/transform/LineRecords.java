package io.sagelocal.transform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Records that end at a line feed, which is not part of them. */
final class LineRecords implements RecordReader {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream stream;
  private final long maxBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int begin;
  private int end;
  private long number;

  LineRecords(InputStream stream, long maxBytes) {
    this.stream = stream;
    this.maxBytes = maxBytes;
  }

  @Override
  public Optional<InputRecord> next() throws IOException {
    if (!fill()) {
      return Optional.empty();
    }
    number++;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    do {
      int stop = lineFeed();
      line.write(buffer, begin, stop - begin);
      begin = stop;
      if (line.size() > maxBytes) {
        throw Batches.tooLong("line " + number, maxBytes);
      }
      if (stop < end) {
        begin++; // the line feed
        break;
      }
    } while (fill());
    byte[] content = line.toByteArray();
    return Optional.of(new InputRecord(number, content, content));
  }

  private int lineFeed() {
    for (int i = begin; i < end; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return end;
  }

  /** Makes sure that the buffer holds a byte; says no at the stream's end. */
  private boolean fill() throws IOException {
    while (begin == end) {
      begin = 0;
      end = Math.max(0, stream.read(buffer, 0, buffer.length));
      if (end == 0) {
        return false;
      }
    }
    return true;
  }
}
