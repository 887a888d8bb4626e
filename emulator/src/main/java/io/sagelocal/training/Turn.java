package io.sagelocal.training;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A job's turn to get in line for the machine. Jobs that waited when the emulator was stopped get
 * in line one after the other when it starts again, so that the line is the same.
 */
final class Turn {
  private final Optional<Turn> before;
  private final CountDownLatch over = new CountDownLatch(1);

  /**
   * @param before whose turn is first; empty for a job that nobody goes before
   */
  Turn(Optional<Turn> before) {
    this.before = before;
  }

  /** Waits until the one before is in line, or has ended. */
  void await() throws InterruptedException {
    if (before.isPresent()) {
      before.get().over.await();
    }
  }

  /** Lets the next one get in line. */
  void end() {
    over.countDown();
  }
}
