package io.sagelocal.cli;

import java.io.PrintStream;
import java.util.Map;

/**
 * Where a command speaks, and the environment it finds.
 *
 * @param out what was asked for, and nothing else: it may be read by a program
 * @param err what went wrong, and how far long work is
 */
public record Console(PrintStream out, PrintStream err, Map<String, String> environment) {
  public Console {
    environment = Map.copyOf(environment);
  }
}
