package io.sagelocal.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A command line that plainly starts the emulator: {@code start} and settings with their values. It
 * is read here because picocli takes longer to read it than the server takes to open its port.
 * Anything else, a mistake too, is picocli's.
 */
final class PlainStart {
  /** The flags of {@link SettingsFlags}; one that is missing here is picocli's to read. */
  static final Set<String> FLAGS =
      Set.of(
          "--port",
          "--data-dir",
          "--hold",
          "--shm-bytes",
          "--limits",
          "--gpu",
          "--images",
          "--hosts",
          "--keep",
          "--s3",
          "--s3-cache-bytes",
          "--init");

  private PlainStart() {}

  /** The settings' flags by their names without dashes; empty when this is no plain start. */
  static Optional<Map<String, String>> flags(String... args) {
    if (args.length == 0 || !args[0].equals("start")) {
      return Optional.empty();
    }
    Map<String, String> flags = new HashMap<>();
    int next = 1;
    while (next < args.length) {
      String[] parts = args[next].split("=", 2);
      boolean apart = parts.length == 1;
      if (!FLAGS.contains(parts[0]) || (apart && next + 1 == args.length)) {
        return Optional.empty();
      }
      String value = apart ? args[next + 1] : parts[1];
      if (value.startsWith("-") || flags.put(parts[0].substring(2), value) != null) {
        return Optional.empty();
      }
      next += apart ? 2 : 1;
    }
    return Optional.of(flags);
  }
}
