package io.sagelocal.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Named pipes, which the JDK has no words for. */
final class Fifo {
  private Fifo() {}

  /** Makes a FIFO that every user may read; one that is there is kept. */
  static void make(Path path) throws IOException {
    if (is(path)) {
      return;
    }
    Process mkfifo =
        new ProcessBuilder("mkfifo", "-m", "666", path.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(mkfifo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (mkfifo.waitFor() != 0) {
        throw new IOException("a FIFO cannot be made: " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while making " + path, e);
    }
  }

  /** Lets a writer that waits for a reader go on; it then finds nobody. */
  static void openForReader(Path path) {
    if (!is(path)) {
      return;
    }
    try {
      // for both ends at once: so Linux does not wait for a writer
      FileChannel.open(
              path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)
          .close();
    } catch (NoSuchFileException e) {
      return; // its writer has just gone, and removed it
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean is(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isOther();
    } catch (IOException e) {
      return false;
    }
  }
}
