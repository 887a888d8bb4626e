package io.sagelocal.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * When a process was started, as a word that no other process of the same number shares. On Linux
 * that is the kernel's own count of ticks since the boot: the instant made of it moves with the
 * machine's clock.
 */
final class ProcessStart {
  private static final Path PROCESSES = Path.of("/proc");
  private static final int FIELDS_BETWEEN_NAME_AND_START = 19;

  private ProcessStart() {}

  /** Empty where the system does not tell it, or of somebody else's process. */
  static Optional<String> of(ProcessHandle process) {
    Optional<String> ticks = ticks(PROCESSES.resolve(process.pid() + "/stat"));
    return ticks.isPresent() ? ticks : process.info().startInstant().map(Instant::toString);
  }

  /** The name of the program may hold spaces and parentheses; what follows it does not. */
  private static Optional<String> ticks(Path stat) {
    try {
      String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of("tick " + fields[FIELDS_BETWEEN_NAME_AND_START]);
    } catch (IOException e) { // no Linux, or the process is gone
      return Optional.empty();
    }
  }
}
