package io.sagelocal.docker;

import io.sagelocal.engine.EngineUnavailableException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Asks again for a while. In real time: what is waited for is a daemon that starts again or tidies
 * up, which no test can hurry.
 */
final class Patience {
  private static final Duration DAEMON_MAY_BE_AWAY = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final Duration pause;
  private final long end;

  Patience(Duration limit, Duration pause) {
    this.pause = pause;
    this.end = System.nanoTime() + limit.toNanos();
  }

  /** Asks until the daemon is there to answer, for two minutes. */
  static <T> T withDaemon(Supplier<T> question) throws InterruptedException {
    Patience patience = new Patience(DAEMON_MAY_BE_AWAY, PAUSE);
    while (true) {
      try {
        return question.get();
      } catch (EngineUnavailableException e) {
        if (!patience.waits()) {
          throw e;
        }
      }
    }
  }

  /** Waits a moment before something is tried once more. */
  static void pause() throws InterruptedException {
    Thread.sleep(PAUSE);
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
