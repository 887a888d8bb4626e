package io.sagelocal.transform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Records of TensorFlow's TFRecord files: a length and its checksum, the bytes and their checksum.
 */
final class TfRecords implements RecordReader {
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;
  private static final int MASK = 0xa282ead8;
  private static final int MASK_ROTATION = 15;

  private final InputStream stream;
  private final long maxBytes;
  private long number;

  TfRecords(InputStream stream, long maxBytes) {
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
    if (header.length < HEADER_BYTES || !sound(header, Long.BYTES, header, Long.BYTES)) {
      throw malformed("the checksum of its length is wrong");
    }
    long length = words(header).getLong(0);
    if (length < 0 || HEADER_BYTES + length + Integer.BYTES > maxBytes) {
      throw Batches.tooLong("record " + number, maxBytes);
    }
    byte[] bytes = stream.readNBytes((int) length);
    byte[] checksum = stream.readNBytes(Integer.BYTES);
    if (checksum.length < Integer.BYTES) {
      throw malformed("the file ends within it");
    }
    if (!sound(bytes, bytes.length, checksum, 0)) {
      throw malformed("the checksum of its bytes is wrong");
    }
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    framed.write(header);
    framed.write(bytes);
    framed.write(checksum);
    return Optional.of(new InputRecord(number, bytes, framed.toByteArray()));
  }

  private static boolean sound(byte[] bytes, int length, byte[] checksum, int offset) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    int masked = Integer.rotateRight((int) crc.getValue(), MASK_ROTATION) + MASK;
    return words(checksum).getInt(offset) == masked;
  }

  private static ByteBuffer words(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private TransformFailure malformed(String why) {
    return TransformFailure.client("record %d is malformed: %s".formatted(number, why));
  }
}
