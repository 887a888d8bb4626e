package io.sagelocal.docker;

import java.time.Duration;

/**
 * Asks again for a while. In real time: what is waited for is a daemon that starts again or tidies
 * up, which no test can hurry.
 */
final class Patience {
  private final Duration pause;
  private final long end;

  Patience(Duration limit, Duration pause) {
    this.pause = pause;
    this.end = System.nanoTime() + limit.toNanos();
  }

  /** Waits a moment; answers false when it has been long enough. */
  boolean waits() throws InterruptedException {
    if (System.nanoTime() >= end) {
      return false;
    }
    Thread.sleep(pause);
    return true;
  }
}
