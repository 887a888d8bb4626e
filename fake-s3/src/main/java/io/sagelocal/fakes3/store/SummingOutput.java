package io.sagelocal.fakes3.store;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Counts and sums what goes through it. */
final class SummingOutput extends OutputStream {
  private final OutputStream out;
  private final MessageDigest md5;
  private long size;

  SummingOutput(OutputStream out) {
    this.out = out;
    try {
      this.md5 = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  long size() {
    return size;
  }

  /** The sum of all, in hex; asked once, at the end. */
  String md5() {
    return HexFormat.of().formatHex(md5.digest());
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    md5.update(bytes, offset, length);
    size += length;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
