package io.sagelocal.transform;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.io.output.DeferredFileOutputStream;

/**
 * What a container answered: in memory when it is small, else in a file. It is written by one
 * thread, ended, then read.
 */
final class Answer {
  private static final int MAX_IN_MEMORY = 1 << 16;

  private final Path file;
  private final DeferredFileOutputStream bytes;
  private Optional<String> contentType = Optional.empty();

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

  void write(byte[] more) throws IOException {
    bytes.write(more);
  }

  /** It is whole now. */
  void end(Optional<String> type) throws IOException {
    contentType = type;
    bytes.close();
  }

  Optional<String> contentType() {
    return contentType;
  }

  /** Opens it for reading. */
  InputStream open() throws IOException {
    return bytes.toInputStream();
  }

  /** Makes it the body of another request. */
  BodyPublisher publisher() {
    long length = bytes.getByteCount();
    return length == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(this::stream), length);
  }

  private InputStream stream() {
    try {
      return open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
