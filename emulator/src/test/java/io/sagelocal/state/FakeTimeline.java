package io.sagelocal.state;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;

/**
 * Time that moves only when a test says so. Due actions run on the thread that moves it, or at once
 * when they are due already.
 */
public final class FakeTimeline implements Timeline {
  private record Due(Instant at, long order, Runnable action) {}

  private final PriorityQueue<Due> waiting =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long scheduled;

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized Scheduled schedule(Duration delay, Runnable action) {
    return scheduleAt(now.plus(delay), action);
  }

  @Override
  public synchronized Scheduled scheduleAt(Instant moment, Runnable action) {
    if (!moment.isAfter(now)) {
      Thread.ofVirtual().start(action); // due already
      return () -> {};
    }
    Due due = new Due(moment, scheduled++, action);
    waiting.add(due);
    return () -> takeBack(due);
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    try (Scheduled wakeUp = schedule(time, over::countDown)) {
      over.await();
    }
  }

  /** Moves time forward and runs what comes due on the way, in order. */
  public void advance(Duration time) {
    Instant end = now().plus(time);
    List<Due> due;
    do {
      due = takeDue(end);
      due.forEach(one -> one.action().run());
    } while (!due.isEmpty());
  }

  /** How many actions and sleepers wait for their time. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** Whether something waits for just so long from now. */
  public synchronized boolean isAwaited(Duration time) {
    return waiting.stream().anyMatch(due -> due.at().equals(now.plus(time)));
  }

  private synchronized List<Due> takeDue(Instant end) {
    List<Due> due = new ArrayList<>();
    for (Due next = waiting.peek();
        next != null && !next.at().isAfter(end);
        next = waiting.peek()) {
      due.add(next);
      waiting.poll();
      now = next.at();
    }
    if (due.isEmpty()) {
      now = end;
    }
    return due;
  }

  private synchronized void takeBack(Due due) {
    waiting.remove(due);
  }
}
