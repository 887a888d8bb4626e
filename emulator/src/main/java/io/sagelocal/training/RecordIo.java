package io.sagelocal.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes RecordIO as MXNet reads it: per record a magic number, the length, the bytes, and zeros up
 * to a multiple of four.
 */
final class RecordIo {
  /** A record's length has 29 bits; longer ones would have to be cut in parts. */
  static final long MAX_RECORD_BYTES = (1L << 29) - 1;

  private static final int MAGIC = 0xced7230a;
  private static final int HEADER_BYTES = 8;
  private static final int ALIGNMENT = 4;

  private RecordIo() {}

  /**
   * Writes one record.
   *
   * @param length how many bytes there are, at most {@link #MAX_RECORD_BYTES}
   * @throws IOException when the stream holds fewer or more bytes than said
   */
  static void write(InputStream bytes, long length, OutputStream out) throws IOException {
    if (length > MAX_RECORD_BYTES) {
      throw new IOException(
          "%d bytes are too many for one RecordIO record; it holds %d"
              .formatted(length, MAX_RECORD_BYTES));
    }
    out.write(
        ByteBuffer.allocate(HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(MAGIC)
            .putInt((int) length)
            .array());
    long written = bytes.transferTo(out);
    if (written != length) {
      throw new IOException("%d bytes were announced but there were %d".formatted(length, written));
    }
    out.write(new byte[(int) ((ALIGNMENT - length % ALIGNMENT) % ALIGNMENT)]);
  }
}
