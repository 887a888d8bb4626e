package io.sagelocal.transform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.output.DeferredFileOutputStream;

/** What the model answered: in memory when it is small, else in a file. */
final class Answer extends OutputStream {
  private static final int MAX_IN_MEMORY = 1 << 16;

  private final Path file;
  private final DeferredFileOutputStream bytes;

  /**
   * @param file where a large answer goes
   */
  Answer(Path file) throws IOException {
    this.file = file;
    this.bytes =
        DeferredFileOutputStream.builder()
            .setThreshold(MAX_IN_MEMORY)
            .setOutputFile(file.toFile())
            .get();
  }

  @Override
  public void write(int b) throws IOException {
    bytes.write(b);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    bytes.write(from, offset, length);
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }

  /** Opens it for reading, once it has been closed. */
  InputStream open() throws IOException {
    return bytes.toInputStream();
  }

  /** Its first characters, on one line. */
  String head(int chars) throws IOException {
    try (InputStream stream = open()) {
      String text = new String(stream.readNBytes(4 * chars), StandardCharsets.UTF_8);
      String line = text.strip().replaceAll("\\s+", " ");
      return line.length() <= chars ? line : line.substring(0, chars) + "…";
    }
  }

  /** Deletes what it left on disk. */
  void discard() throws IOException {
    bytes.close();
    Files.deleteIfExists(file);
  }
}
