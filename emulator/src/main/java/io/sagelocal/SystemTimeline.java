package io.sagelocal;

import io.sagelocal.state.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** This machine's time. One timer thread starts a virtual thread for each action that comes due. */
public final class SystemTimeline implements Timeline, AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  public SystemTimeline() {
    timer =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("timeline").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable action) {
    Future<?> due =
        timer.schedule(
            () -> Thread.ofVirtual().name("timeline-action").start(action),
            delay.toMillis(),
            TimeUnit.MILLISECONDS);
    return () -> due.cancel(false);
  }

  @Override
  public Scheduled scheduleAt(Instant moment, Runnable action) {
    return schedule(Duration.between(now(), moment), action);
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
