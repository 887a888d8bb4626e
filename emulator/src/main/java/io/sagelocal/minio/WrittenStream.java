package io.sagelocal.minio;

import io.sagelocal.objects.ObjectBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import org.jspecify.annotations.Nullable;

/** What a writer writes, to be read while it does. A failed writer fails the reader. */
final class WrittenStream extends InputStream {
  private static final int BUFFER_BYTES = 1 << 18;

  private final PipedInputStream pipe = new PipedInputStream(BUFFER_BYTES);
  private volatile @Nullable IOException failure;

  /** Tells the reader that the writer threw. */
  static final class WriterFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final IOException cause;

    WriterFailure(IOException cause) {
      super(cause.getMessage(), cause);
      this.cause = cause;
    }

    IOException cause() {
      return cause;
    }
  }

  WrittenStream(ObjectBytes bytes) throws IOException {
    PipedOutputStream out = new PipedOutputStream(pipe);
    Thread.ofVirtual().name("object-writer").start(() -> write(bytes, out));
  }

  private void write(ObjectBytes bytes, PipedOutputStream out) {
    try (out) {
      try {
        bytes.writeTo(out);
      } catch (IOException e) {
        failure = e;
      } catch (RuntimeException | Error e) { // else the reader would see an end
        failure = new IOException(e);
      }
    } catch (IOException e) { // the reader has gone: nobody is left to be told
      failure = e;
    }
  }

  @Override
  public int read() throws IOException {
    return checked(pipe.read());
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return checked(pipe.read(bytes, offset, length));
  }

  /** The end is the end only when the writer came to it. */
  private int checked(int read) throws IOException {
    IOException why = failure;
    if (read < 0 && why != null) {
      throw new WriterFailure(why);
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    pipe.close();
  }
}
