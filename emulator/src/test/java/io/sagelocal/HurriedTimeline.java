package io.sagelocal;

import io.sagelocal.state.Timeline;
import java.time.Duration;
import java.time.Instant;

/** Another timeline on which everything takes a hundredth of its time. */
final class HurriedTimeline implements Timeline {
  private static final int TIMES = 100;

  private final Timeline real;
  private final Instant begin;

  HurriedTimeline(Timeline real) {
    this.real = real;
    this.begin = real.now();
  }

  @Override
  public Instant now() {
    return begin.plus(Duration.between(begin, real.now()).multipliedBy(TIMES));
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable action) {
    return real.schedule(delay.dividedBy(TIMES), action);
  }

  @Override
  public Scheduled scheduleAt(Instant moment, Runnable action) {
    return schedule(Duration.between(now(), moment), action);
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    real.sleep(time.dividedBy(TIMES));
  }
}
