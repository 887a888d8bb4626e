package io.sagelocal.hosting;

import java.time.Instant;
import java.util.Optional;

/** How one asynchronous invocation has fared so far; on its own thread alone. */
final class AsyncCourse {
  private static final int NO_STATUS = 0;

  private Optional<Taken> taken = Optional.empty();
  private Optional<ModelAnswer> model = Optional.empty();
  private long sentAt;
  private boolean expired;
  private boolean failed;

  /** An instance of the variant has taken it. */
  record Taken(String variant, Instant at) {}

  /**
   * What the containers made of it.
   *
   * @param status the last container's HTTP status; 0 when it did not answer
   * @param nanos from sending the request to the beginning of that answer
   */
  record ModelAnswer(int status, long nanos) {}

  void takenBy(String variant, Instant now) {
    taken = Optional.of(new Taken(variant, now));
  }

  /** The instance that took it could not be reached: it waits again. */
  void givenBack() {
    taken = Optional.empty();
    model = Optional.empty();
  }

  /** It goes to the first container now. */
  void sent() {
    sentAt = System.nanoTime();
  }

  /** A container has begun to answer. */
  void answered(int status, long atNanos) {
    model = Optional.of(new ModelAnswer(status, atNanos - sentAt));
  }

  /** A container did not answer. */
  void brokenOff() {
    answered(NO_STATUS, System.nanoTime());
  }

  void expire() {
    expired = true;
  }

  void fail() {
    failed = true;
  }

  /** Who has taken it; empty while it waits. */
  Optional<Taken> taken() {
    return taken;
  }

  Optional<ModelAnswer> model() {
    return model;
  }

  /** Whether it waited longer than it may. */
  boolean expired() {
    return expired;
  }

  /** Whether there is an error in the answer's place. */
  boolean failed() {
    return failed;
  }
}
