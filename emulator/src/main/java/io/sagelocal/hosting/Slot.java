package io.sagelocal.hosting;

import io.sagelocal.engine.Exit;
import io.sagelocal.serving.InstanceSpec;
import io.sagelocal.serving.ModelInstance;
import io.sagelocal.serving.ServingContext;
import io.sagelocal.serving.ServingFailure;
import io.sagelocal.state.Timeline.Scheduled;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of one instance: on a virtual thread of its own it starts one, starts another when that
 * ends, and lets the last one finish what it has when the place is given up.
 */
final class Slot {
  private static final Logger log = LoggerFactory.getLogger(Slot.class);

  /** What a drain waits longer than a request may take. */
  private static final Duration DRAIN_MARGIN = Duration.ofSeconds(10);

  /** How long a stream that has begun may go on; those that are silent are ended before. */
  private static final Duration LONGEST_ANSWER = Duration.ofMinutes(8);

  /** Told which instances there are to send requests to. */
  interface Traffic {
    void join(Instance instance);

    void leave(Instance instance);
  }

  private final ServingContext context;
  private final InstanceSpec spec;
  private final String variant;
  private final Duration longestRequest;
  private final Traffic traffic;
  private final boolean patient;
  private final Consumer<Exception> failed;
  private final CountDownLatch up = new CountDownLatch(1);
  private final CompletableFuture<Void> givenUp = new CompletableFuture<>();
  private final Thread thread;

  /**
   * Begins to start an instance.
   *
   * @param longestRequest how long a request may take
   * @param patient whether a first start that fails is tried again
   * @param failed told why a first start that is not tried again failed
   */
  Slot(
      ServingContext context,
      InstanceSpec spec,
      String variant,
      Duration longestRequest,
      Traffic traffic,
      boolean patient,
      Consumer<Exception> failed) {
    this.context = context;
    this.spec = spec;
    this.variant = variant;
    this.longestRequest = longestRequest;
    this.traffic = traffic;
    this.patient = patient;
    this.failed = failed;
    this.thread = Thread.ofVirtual().name(spec.containerName()).start(this::keep);
  }

  /** Waits until it first had a healthy instance, or will never have one. */
  void awaitUp() throws InterruptedException {
    up.await();
  }

  /** Asks to end; a start in flight is broken off, a running instance finishes what it has. */
  void giveUp() {
    givenUp.complete(null);
  }

  /** Waits until what was given up is gone, as far as it can be removed. */
  void awaitGone() throws InterruptedException {
    thread.join();
  }

  /** Ends at once and leaves the containers to whoever sweeps them up. */
  void abandon() {
    givenUp.complete(null);
    thread.interrupt();
  }

  /**
   * Waits until an {@link #abandon} is done, whatever interrupts it.
   *
   * @return whether the caller was interrupted meanwhile
   */
  boolean awaitAbandoned() {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  private void keep() {
    try {
      serve(
          new Instance(
              variant,
              patient ? openAtLast() : ModelInstance.open(context, spec, givenUp::isDone)));
      while (!givenUp.isDone()) {
        serve(new Instance(variant, openAtLast()));
      }
    } catch (ServingFailure | RuntimeException e) {
      if (!patient && up.getCount() > 0) {
        failed.accept(e);
      } else {
        log.warn("instance {} is given up: {}", spec.containerName(), e.toString());
      }
    } catch (InterruptedException e) {
      log.debug("let go of instance {}", spec.containerName());
    } finally {
      up.countDown();
    }
  }

  /** Tries again, with longer and longer pauses, until one is there or the place is given up. */
  private ModelInstance openAtLast() throws ServingFailure, InterruptedException {
    GrowingPause pause = new GrowingPause();
    while (true) {
      try {
        return ModelInstance.open(context, spec, givenUp::isDone);
      } catch (ServingFailure | RuntimeException e) {
        if (givenUp.isDone()) {
          throw e;
        }
        log.warn("instance {} could not be started: {}", spec.containerName(), e.toString());
        await(givenUp, pause.next());
      }
    }
  }

  private void serve(Instance instance) throws InterruptedException {
    traffic.join(instance);
    up.countDown();
    try (HealthWatch watch = new HealthWatch(instance, context.timeline(), longestRequest)) {
      CompletableFuture<Exit> exit = instance.model().exit();
      any(exit, watch.lost(), givenUp);
      traffic.leave(instance);
      if (givenUp.isDone()) {
        drain(instance);
      } else {
        log.warn(
            "instance {} {}; another is started",
            spec.containerName(),
            exit.isDone()
                ? "ended with exit code " + exit.join().code()
                : "does not answer /ping any more");
      }
      instance.model().close();
    } catch (InterruptedException e) {
      traffic.leave(instance);
      instance.model().release();
      throw e;
    }
  }

  /** A request may take so long to be answered, and an answer that was begun so long to end. */
  private void drain(Instance instance) throws InterruptedException {
    CompletableFuture<Void> drained = instance.drain();
    Duration limit = longestRequest.plus(DRAIN_MARGIN);
    await(drained, limit);
    if (!drained.isDone() && instance.answers()) {
      limit = limit.plus(LONGEST_ANSWER);
      await(drained, LONGEST_ANSWER);
    }
    if (!drained.isDone()) {
      log.warn(
          "instance {} is stopped with {} requests unanswered after {} s",
          spec.containerName(),
          instance.outstanding(),
          limit.toSeconds());
    }
  }

  private void await(CompletableFuture<?> event, Duration patience) throws InterruptedException {
    CompletableFuture<Void> over = new CompletableFuture<>();
    Scheduled end = context.timeline().schedule(patience, () -> over.complete(null));
    try (end) {
      any(event, over);
    }
  }

  private static void any(CompletableFuture<?>... events) throws InterruptedException {
    try {
      CompletableFuture.anyOf(events).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
