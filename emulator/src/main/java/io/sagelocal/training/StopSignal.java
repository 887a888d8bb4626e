package io.sagelocal.training;

import io.sagelocal.state.Timeline;
import io.sagelocal.state.Timeline.Scheduled;
import io.sagelocal.training.TrainingState.StopCause;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** That a job is told to stop, and waiting which that ends. Given once, it stays. */
final class StopSignal {
  private final CompletableFuture<StopCause> cause = new CompletableFuture<>();

  void give(StopCause why) {
    cause.complete(why);
  }

  boolean given() {
    return cause.isDone();
  }

  /** Completed when it is given. */
  CompletableFuture<StopCause> cause() {
    return cause;
  }

  /**
   * Waits for an event, or the signal.
   *
   * @return whether the event came; it may have failed
   */
  boolean awaitUnlessGiven(CompletableFuture<?> event) throws InterruptedException {
    try {
      CompletableFuture.anyOf(event, cause).get();
    } catch (ExecutionException e) {
      return true; // the event's failure is its own to tell
    }
    return event.isDone();
  }

  /**
   * Does something that an interrupt ends; the signal interrupts it.
   *
   * @return what it answered; nothing when the signal was first
   */
  <T> Optional<T> unlessGiven(Supplier<T> action) throws InterruptedException {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread worker =
        Thread.ofVirtual()
            .start(() -> {
              try {
                result.complete(action.get());
              } catch (RuntimeException | Error e) { // somebody waits for either
                result.completeExceptionally(e);
              }
            });
    try {
      if (!awaitUnlessGiven(result)) {
        return Optional.empty();
      }
      return Optional.of(result.join());
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw e;
      }
    } finally {
      worker.interrupt();
    }
  }

  /** Waits for a time, or the signal. */
  void pause(Timeline timeline, Duration time) throws InterruptedException {
    CompletableFuture<Void> over = new CompletableFuture<>();
    try (Scheduled wakeUp = timeline.schedule(time, () -> over.complete(null))) {
      awaitUnlessGiven(over);
    }
  }
}
