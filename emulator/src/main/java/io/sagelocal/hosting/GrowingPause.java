package io.sagelocal.hosting;

import java.time.Duration;

/** The pauses between tries of what has failed: each twice as long as the last, up to a limit. */
final class GrowingPause {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private Duration next = FIRST;

  /** How long to wait now. */
  Duration next() {
    Duration now = next;
    Duration twice = now.multipliedBy(2);
    next = twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
    return now;
  }
}
