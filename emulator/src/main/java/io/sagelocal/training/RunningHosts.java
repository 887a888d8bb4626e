package io.sagelocal.training;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Exit;
import io.sagelocal.logs.ContainerLog;
import io.sagelocal.logs.LogStream;
import io.sagelocal.training.TrainingState.StopCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hosts of a job while they run. Their logs are kept and their ends awaited; when the job is
 * told to stop they get SIGTERM and time, and when one of them fails the others do.
 */
final class RunningHosts {
  private static final Logger log = LoggerFactory.getLogger(RunningHosts.class);

  /** What SageMaker gives a job that is stopped. */
  private static final Duration STOP_GRACE = Duration.ofMinutes(2);

  /** Their work is lost with the host that failed, so they need not have long. */
  private static final Duration PEERS_GRACE = Duration.ofSeconds(10);

  /**
   * How hosts ended.
   *
   * @param failed the one whose failure ended the job, when one did
   */
  record Ends(Map<String, Exit> exits, Optional<String> failed) {}

  private final ContainerEngine engine;
  private final Map<String, ContainerId> hosts;
  private final Function<String, HostLog> logs;
  private final CompletableFuture<StopCause> stop;
  private final CompletableFuture<TrainingFailure> failure;

  /** The host that failed first. */
  private final CompletableFuture<String> failed = new CompletableFuture<>();

  /** Where a host's log goes, and who looks for metrics in it. */
  record HostLog(LogStream stream, JobMetrics metrics) {}

  /**
   * @param logs each host's
   * @param stop completed when the hosts shall stop
   * @param failure completed when the job fails beside its hosts
   */
  RunningHosts(
      ContainerEngine engine,
      Map<String, ContainerId> hosts,
      Function<String, HostLog> logs,
      CompletableFuture<StopCause> stop,
      CompletableFuture<TrainingFailure> failure) {
    this.engine = engine;
    this.hosts = hosts;
    this.logs = logs;
    this.stop = stop;
    this.failure = failure;
  }

  /**
   * Waits until all of them have ended and their logs are whole.
   *
   * @throws EngineException when the end of one is not known; the others have been stopped
   */
  Ends await() throws InterruptedException {
    Map<String, Exit> exits = new LinkedHashMap<>();
    ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    try {
      tasks.execute(this::stopWhenTold);
      List<Future<?>> readers = new ArrayList<>();
      Map<String, Future<Exit>> ends = new LinkedHashMap<>();
      hosts.forEach((host, id) -> {
        readers.add(tasks.submit(() -> follow(host, id)));
        ends.put(host, tasks.submit(() -> end(host, id)));
      });
      for (Map.Entry<String, Future<Exit>> end : ends.entrySet()) {
        exits.put(end.getKey(), result(end.getValue()));
      }
      for (Future<?> reader : readers) {
        result(reader);
      }
    } finally {
      tasks.shutdownNow();
    }
    return new Ends(exits, failed.isDone() ? Optional.of(failed.join()) : Optional.empty());
  }

  private Exit end(String host, ContainerId id) throws InterruptedException {
    try {
      Exit exit = engine.await(id);
      if (!exit.success()) {
        failed.complete(host);
      }
      return exit;
    } catch (EngineException e) {
      failed.complete(host);
      throw e;
    }
  }

  private Void follow(String host, ContainerId id) throws InterruptedException {
    HostLog to = logs.apply(host);
    ContainerLog.follow(engine, id, to.stream(), to.metrics());
    return null;
  }

  private void stopWhenTold() {
    try {
      CompletableFuture.anyOf(stop, failed, failure).get();
    } catch (InterruptedException | ExecutionException e) {
      return; // the hosts ended by themselves, or the emulator stops
    }
    Duration grace = stop.isDone() ? STOP_GRACE : PEERS_GRACE;
    String ended = failed.getNow("");
    try (ExecutorService stops = Executors.newVirtualThreadPerTaskExecutor()) {
      hosts.forEach((host, id) -> {
        if (!host.equals(ended)) {
          stops.execute(() -> stop(id, grace));
        }
      });
    }
  }

  private void stop(ContainerId id, Duration grace) {
    try {
      engine.stop(id, grace);
    } catch (EngineException e) {
      if (Thread.currentThread().isInterrupted()) {
        log.debug("container {} ended while it was being stopped", id.name());
      } else {
        log.error("container {} could not be stopped", id.name(), e);
      }
    }
  }

  private static <V> V result(Future<V> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof InterruptedException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
