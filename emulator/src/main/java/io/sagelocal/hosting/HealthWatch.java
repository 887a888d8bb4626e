package io.sagelocal.hosting;

import io.sagelocal.serving.Health;
import io.sagelocal.state.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * Asks a running instance every few seconds whether it is well, as the service does. One that has a
 * request on its hands may have no worker left for a ping, so its silence counts only once it has
 * answered nothing for as long as a request may take; a ping that is answered badly always counts.
 */
final class HealthWatch implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final int FAILURES = 3;

  private final Instance instance;
  private final Timeline timeline;
  private final Duration longestRequest;
  private final CompletableFuture<Void> lost = new CompletableFuture<>();
  private Timeline.Scheduled next;
  private Instant seen;
  private int failures;
  private boolean closed;

  /** Begins to ask. */
  HealthWatch(Instance instance, Timeline timeline, Duration longestRequest) {
    this.instance = instance;
    this.timeline = timeline;
    this.longestRequest = longestRequest;
    this.seen = timeline.now();
    this.next = timeline.schedule(PAUSE, this::look);
  }

  /** Completed once the instance has failed three times in a row. */
  CompletableFuture<Void> lost() {
    return lost.copy();
  }

  @Override
  public synchronized void close() {
    closed = true;
    next.close();
  }

  private void look() {
    Health health = instance.model().health();
    boolean alive = instance.showedLife();
    synchronized (this) {
      if (closed) {
        return;
      }
      judge(health, alive);
      if (failures < FAILURES) {
        next = timeline.schedule(PAUSE, this::look);
      } else {
        lost.complete(null);
      }
    }
  }

  private void judge(Health health, boolean alive) {
    Instant now = timeline.now();
    if (health == Health.WELL || (health == Health.SILENT && alive)) {
      seen = now;
      failures = 0;
    } else if (health == Health.ILL || !mayBeBusy(now)) {
      failures++;
    }
  }

  private boolean mayBeBusy(Instant now) {
    return instance.outstanding() > 0 && now.isBefore(seen.plus(longestRequest));
  }
}
