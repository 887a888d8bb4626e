package io.sagelocal.transform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Records of MXNet's RecordIO: a magic number, a flag and length, the bytes, and zeros up to a
 * multiple of four. A record that holds the magic number is written in parts, cut where it was;
 * they stay together here.
 */
final class RecordIoRecords implements RecordReader {
  private static final int MAGIC = 0xced7230a;
  private static final byte[] MAGIC_BYTES = {0x0a, 0x23, (byte) 0xd7, (byte) 0xce};
  private static final int HEADER_BYTES = 8;
  private static final int LENGTH_BITS = 29;
  private static final int ALIGNMENT = 4;
  private static final int WHOLE = 0;
  private static final int FIRST = 1;
  private static final int LAST = 3;

  private final InputStream stream;
  private final long maxBytes;
  private long number;

  RecordIoRecords(InputStream stream, long maxBytes) {
    this.stream = stream;
    this.maxBytes = maxBytes;
  }

  @Override
  public Optional<InputRecord> next() throws IOException {
    byte[] header = stream.readNBytes(HEADER_BYTES);
    if (header.length == 0) {
      return Optional.empty();
    }
    number++;
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    int flag = part(header, framed, content);
    if (flag != WHOLE && flag != FIRST) {
      throw malformed("it begins with the middle of a record");
    }
    while (flag != WHOLE && flag != LAST) {
      content.write(MAGIC_BYTES);
      flag = part(stream.readNBytes(HEADER_BYTES), framed, content);
      if (flag == WHOLE || flag == FIRST) {
        throw malformed("its last part is missing");
      }
    }
    return Optional.of(new InputRecord(number, content.toByteArray(), framed.toByteArray()));
  }

  /** Reads a part's bytes after its header and answers its flag. */
  private int part(byte[] header, ByteArrayOutputStream framed, ByteArrayOutputStream content)
      throws IOException {
    if (header.length < HEADER_BYTES || word(header, 0) != MAGIC) {
      throw malformed("there is no RecordIO header");
    }
    int length = length(header);
    int padded = length + (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
    if (framed.size() + (long) HEADER_BYTES + padded > maxBytes) {
      throw Batches.tooLong("record " + number, maxBytes);
    }
    byte[] bytes = stream.readNBytes(padded);
    if (bytes.length < padded) {
      throw malformed("the file ends within it");
    }
    framed.write(header);
    framed.write(bytes);
    content.write(bytes, 0, length);
    return word(header, Integer.BYTES) >>> LENGTH_BITS;
  }

  private static int length(byte[] header) {
    return word(header, Integer.BYTES) & ((1 << LENGTH_BITS) - 1);
  }

  private static int word(byte[] header, int offset) {
    return ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
  }

  private TransformFailure malformed(String why) {
    return TransformFailure.client("record %d is malformed: %s".formatted(number, why));
  }
}
