package io.sagelocal.engine;

import java.time.Instant;

/** Takes a container's log. Called from one thread at a time. */
@FunctionalInterface
public interface LogSink {

  /**
   * Longest piece of a line that is handed over, in characters: under 256 KiB in UTF-8, which is
   * what a log event may hold.
   */
  int MAX_LINE_CHARS = 80_000;

  /** One line without its line end; {@code at} is when the engine received it, never going back. */
  void line(Instant at, String text);
}
