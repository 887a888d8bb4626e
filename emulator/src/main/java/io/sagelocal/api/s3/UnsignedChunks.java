package io.sagelocal.api.s3;

import io.sagelocal.fakes3.http.AwsChunkedStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * An {@code aws-chunked} body whose chunks are signed, written anew without their signatures: those
 * were made with a client's key, which the store behind does not know. The trailer stays.
 */
final class UnsignedChunks extends InputStream {
  static final int CHUNK_BYTES = 1 << 16;

  private final AwsChunkedStream content;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private byte[] piece = new byte[0];
  private int at;
  private boolean ended;

  UnsignedChunks(AwsChunkedStream content) {
    this.content = content;
  }

  /**
   * How long the body will be.
   *
   * @param contentLength of what is inside, in bytes
   * @param trailerLength of the trailer's line without its end
   */
  static long length(long contentLength, int trailerLength) {
    long whole = contentLength / CHUNK_BYTES;
    long rest = contentLength % CHUNK_BYTES;
    long length = contentLength + whole * framing(CHUNK_BYTES);
    if (rest > 0) {
      length += framing(rest);
    }
    return length + "0\r\n".length() + trailerLength + "\r\n\r\n".length();
  }

  private static int framing(long size) {
    return Long.toHexString(size).length() + "\r\n\r\n".length();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (at == piece.length && !next()) {
      return -1;
    }
    int count = Math.min(length, piece.length - at);
    System.arraycopy(piece, at, bytes, offset, count);
    at += count;
    return count;
  }

  private boolean next() throws IOException {
    if (ended) {
      return false;
    }
    int size = content.readNBytes(chunk, 0, CHUNK_BYTES);
    ByteArrayOutputStream out = new ByteArrayOutputStream(size + 16);
    out.writeBytes(ascii(Integer.toHexString(size) + "\r\n"));
    if (size > 0) {
      out.write(chunk, 0, size);
    } else {
      ended = true;
      content
          .trailers()
          .forEach((name, value) -> {
            if (!name.equals("x-amz-trailer-signature")) {
              out.writeBytes(ascii(name + ":" + value + "\r\n"));
            }
          });
    }
    out.writeBytes(ascii("\r\n"));
    piece = out.toByteArray();
    at = 0;
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
