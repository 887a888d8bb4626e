package io.sagelocal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The identity of a data folder, by which its containers are found again. */
final class InstanceId {
  private InstanceId() {}

  /** Reads it, or makes it the first time. */
  static String of(Path dataFolder) throws IOException {
    Path file = dataFolder.resolve("instance");
    if (!Files.exists(file)) {
      Path part = dataFolder.resolve("instance.part");
      Files.writeString(part, HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()));
      Files.move(part, file);
    }
    return Files.readString(file).strip();
  }
}
