package io.sagelocal.transform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Tasks that belong together, each on a virtual thread: when one fails the others are ended. */
final class Together {
  private Together() {}

  /** One of them; it ends soon when it is interrupted. */
  interface Task {
    void run() throws IOException, InterruptedException;
  }

  /**
   * Runs the tasks; none runs any more when this returns.
   *
   * @param cut ends the tasks early when it completes
   * @return whether all came to their end; not when they were cut short
   * @throws RuntimeException what the first task that failed has thrown
   */
  static boolean run(List<? extends Task> tasks, CompletableFuture<?> cut)
      throws IOException, InterruptedException {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    CompletableFuture<Void> over = new CompletableFuture<>();
    AtomicInteger left = new AtomicInteger(tasks.size());
    try {
      for (Task task : tasks) {
        threads.execute(() -> run(task, left, over));
      }
      result(CompletableFuture.anyOf(over, cut));
      return over.isDone();
    } finally {
      threads.shutdownNow();
      threads.close();
    }
  }

  /** Waits for a future, and throws what it has met as that was thrown. */
  static <V> V result(Future<V> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof InterruptedException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void run(Task task, AtomicInteger left, CompletableFuture<Void> over) {
    try {
      task.run();
      if (left.decrementAndGet() == 0) {
        over.complete(null);
      }
    } catch (UncheckedIOException e) {
      over.completeExceptionally(e.getCause());
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      over.completeExceptionally(e);
    }
  }
}
