package io.sagelocal.transform;

import io.sagelocal.archive.Gzip;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * What a gzip object holds. That the object is damaged is a failure of that object alone; that it
 * cannot be read from where it is stored remains an IOException.
 */
final class UnpackedObject extends InputStream {
  private final InputStream unpacked;

  private UnpackedObject(InputStream unpacked) {
    this.unpacked = unpacked;
  }

  /**
   * Unpacks a stored object; closing the one stream closes the other.
   *
   * @throws TransformFailure when it does not begin as gzip does, and in reading when it is damaged
   */
  static InputStream of(InputStream stored) throws IOException {
    try {
      return new UnpackedObject(Gzip.decompressed(new Stored(stored)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (IOException e) {
      throw failure(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  /** Once it fails it is closed: an HTTP client that sends it leaves it open then. */
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return unpacked.read(bytes, offset, length);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (EOFException e) {
      close();
      throw failure("it is damaged: it ends too early");
    } catch (IOException e) {
      close();
      throw failure("it is damaged: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }

  private static TransformFailure failure(String what) {
    return TransformFailure.client("CompressionType is Gzip, but " + what);
  }

  /** The packed bytes, whose own errors are told from those of unpacking. */
  private static final class Stored extends FilterInputStream {
    Stored(InputStream stored) {
      super(stored);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
