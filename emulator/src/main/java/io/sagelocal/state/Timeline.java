package io.sagelocal.state;

import java.time.Duration;
import java.time.Instant;

/** Time: now, later, and waiting. Nothing else in the emulator asks a clock. */
public interface Timeline {

  /** The time now, to the millisecond. */
  Instant now();

  /** Runs the action once, after the delay, on a thread of its own. */
  Scheduled schedule(Duration delay, Runnable action);

  /** Runs the action once, at the moment, or now when that is past, on a thread of its own. */
  Scheduled scheduleAt(Instant moment, Runnable action);

  /** Waits. */
  void sleep(Duration time) throws InterruptedException;

  /** An action that waits for its time. */
  interface Scheduled extends AutoCloseable {
    /** Takes the action back if it has not begun. */
    @Override
    void close();
  }
}
