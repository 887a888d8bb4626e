package io.sagelocal.cli;

import java.io.PrintStream;

/** How far long work is: one bar that moves on a terminal, a line per step elsewhere. */
final class Progress implements AutoCloseable {
  /** Set by the launcher where standard error is a terminal, which Java cannot tell. */
  private static final String ON_TERMINAL = "SAGELOCAL_TERMINAL";

  private static final int WIDTH = 30;
  private static final String CLEAR = "\r\u001b[2K";

  private final PrintStream err;
  private final boolean terminal;
  private final int total;
  private int done;

  /**
   * @param total how many steps there will be
   */
  Progress(Console console, int total) {
    this.err = console.err();
    this.terminal = "1".equals(console.environment().get(ON_TERMINAL));
    this.total = total;
  }

  /** A step is done. */
  void step(String what) {
    done++;
    if (!terminal) {
      err.printf("%d/%d %s%n", done, total, what);
      return;
    }
    int filled = WIDTH * done / total;
    err.print(
        CLEAR
            + "[%s%s] %d/%d %s"
                .formatted("#".repeat(filled), " ".repeat(WIDTH - filled), done, total, what));
    err.flush();
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    if (terminal && done > 0) {
      err.print(CLEAR);
      err.flush();
    }
  }
}
