package io.sagelocal.transform;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts a file's answers one after the other. */
final class Assembly implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final OutputStream file;
  private final boolean lines;

  /**
   * @param lines whether each answer ends with a line feed; one that does already gets no second
   */
  Assembly(Path file, boolean lines) throws IOException {
    this.file = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES);
    this.lines = lines;
  }

  void append(InputStream answer) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    byte last = 0;
    for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
      file.write(buffer, 0, n);
      last = n > 0 ? buffer[n - 1] : last;
    }
    if (lines && last != '\n') {
      file.write('\n');
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
