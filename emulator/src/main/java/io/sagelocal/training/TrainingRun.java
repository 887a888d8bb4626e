package io.sagelocal.training;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.ImageNotFoundException;
import io.sagelocal.logs.ContainerLog;
import io.sagelocal.logs.LogStream;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Timeline.Scheduled;
import io.sagelocal.training.ChannelItems.Share;
import io.sagelocal.training.TrainingState.Downloading;
import io.sagelocal.training.TrainingState.Ended;
import io.sagelocal.training.TrainingState.Outcome;
import io.sagelocal.training.TrainingState.Starting;
import io.sagelocal.training.TrainingState.StopCause;
import io.sagelocal.training.TrainingState.Training;
import io.sagelocal.training.TrainingState.Uploading;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks one job through its phases, from the one on record to the end. Each phase may be begun
 * again, so a run that a crash cut short is simply walked once more.
 */
final class TrainingRun {
  private static final Logger log = LoggerFactory.getLogger(TrainingRun.class);
  private static final Duration STOP_GRACE = Duration.ofMinutes(2);
  private static final int LINES_IN_REASON = 8;

  private final TrainingContext context;
  private final Scope scope;
  private final String name;
  private final JobFolder folder;
  private final CompletableFuture<StopCause> stop = new CompletableFuture<>();

  TrainingRun(TrainingContext context, Scope scope, String name) {
    this.context = context;
    this.scope = scope;
    this.name = name;
    this.folder = JobFolder.of(context.jobsFolder(), scope, name);
  }

  /** Tells the phase at work that the record now asks for a stop. */
  void stopRequested() {
    stop.complete(StopCause.REQUEST);
  }

  /**
   * Walks to the end and cleans up. Returns early, changing nothing, when interrupted: the next run
   * takes the job up from its record.
   */
  void walk() throws InterruptedException {
    TrainingJob job = record();
    while (!job.ended()) {
      job = next(job);
    }
    cleanUp(job);
  }

  private TrainingJob next(TrainingJob job) throws InterruptedException {
    job.stop().ifPresent(stop::complete);
    try {
      return switch (job.state()) {
        case Starting s -> stop.isDone() ? end(new Outcome.Completed()) : start(job);
        case Downloading d -> stop.isDone() ? end(new Outcome.Completed()) : download(job);
        case Training t -> train(job, t);
        case Uploading u -> upload(job, u);
        case Ended e -> job;
      };
    } catch (TrainingFailure e) {
      return end(new Outcome.Failed(e.reason()));
    } catch (ImageNotFoundException e) {
      return end(failed("ClientError: ", e));
    } catch (EngineUnavailableException e) {
      return end(failed("InternalServerError: containers cannot be run: ", e));
    } catch (EngineException e) {
      return end(failed("ClientError: the container could not be run: ", e));
    } catch (ObjectStoreException e) {
      return end(failed("InternalServerError: S3: ", e));
    } catch (IOException | RuntimeException e) {
      log.error("training job {} met an unexpected error", job.arn(), e);
      return end(failed("InternalServerError: ", e));
    }
  }

  private TrainingJob start(TrainingJob job) {
    context.images().require(job.spec().image());
    return update(TrainingJob::downloading);
  }

  private TrainingJob download(TrainingJob job) throws IOException {
    context.engine().deleteFolder(folder.root());
    ChannelDownload channels = new ChannelDownload(context.objects(), stop::isDone);
    for (String host : job.spec().hosts()) {
      folder.create(host);
      InputFiles.write(job.spec(), host, folder.config(host));
      for (Channel channel : job.spec().channels()) {
        if (!channel.piped()) {
          Share share = Share.of(channel, job.spec().hosts(), host);
          channels.download(channel, share, folder.channel(host, channel.name()));
        }
      }
    }
    return stop.isDone() ? end(new Outcome.Completed()) : update(TrainingJob::training);
  }

  /** Containers whose pipes ended with an earlier run of the emulator begin anew. */
  private TrainingJob train(TrainingJob job, Training training)
      throws InterruptedException, IOException {
    HostContainers containers = new HostContainers(context, scope, job, folder);
    Optional<Map<String, ContainerId>> kept = containers.find();
    if (kept.isPresent() && !job.spec().piped()) {
      return await(job, training, kept.get(), new CompletableFuture<>());
    }
    if (stop.isDone()) {
      return end(new Outcome.Completed());
    }
    containers.remove();
    TrainingJob begun = update(TrainingJob::training);
    if (!(begun.state() instanceof Training attempt)) {
      return begun;
    }
    String image = context.images().require(job.spec().image());
    try (PipeFeeds feeds = PipeFeeds.open(context.objects(), job.spec(), folder)) {
      return await(begun, attempt, containers.start(image), feeds.broken());
    }
  }

  /**
   * @param broken completed when the hosts cannot get their data
   */
  private TrainingJob await(
      TrainingJob job,
      Training training,
      Map<String, ContainerId> hosts,
      CompletableFuture<TrainingFailure> broken)
      throws InterruptedException {
    Instant deadline = job.trainingStart().orElse(training.attempt()).plus(job.spec().maxRuntime());
    Duration left = Duration.between(context.timeline().now(), deadline);
    Map<String, Exit> exits = new LinkedHashMap<>();
    Scheduled timeUp =
        context
            .timeline()
            .schedule(left.isNegative() ? Duration.ZERO : left, this::exceedMaxRuntime);
    ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    try {
      tasks.execute(() -> stopWhenDone(stop, hosts.values()));
      tasks.execute(() -> stopWhenDone(broken, hosts.values()));
      List<Future<?>> logs = new ArrayList<>();
      Map<String, Future<Exit>> ends = new LinkedHashMap<>();
      hosts.forEach((host, id) -> {
        logs.add(tasks.submit(() -> follow(host, training, id)));
        ends.put(host, tasks.submit(() -> context.engine().await(id)));
      });
      for (Map.Entry<String, Future<Exit>> end : ends.entrySet()) {
        exits.put(end.getKey(), result(end.getValue()));
      }
      for (Future<?> reader : logs) {
        result(reader);
      }
    } finally {
      timeUp.close();
      tasks.shutdownNow();
    }
    if (broken.isDone()) {
      throw broken.join();
    }
    return update((now, then) -> now.uploading(training.attempt(), exits, then));
  }

  private TrainingJob upload(TrainingJob job, Uploading uploading) throws IOException {
    Artifacts artifacts = new Artifacts(context.objects());
    artifacts.uploadOutput(job.spec(), folder);
    boolean failed = uploading.exits().values().stream().anyMatch(exit -> !exit.success());
    if (failed && !stop.isDone()) {
      return end(new Outcome.Failed(failureReason(job, uploading)));
    }
    S3Uri model = artifacts.uploadModel(job.spec(), folder);
    return update((now, then) -> now.ended(new Outcome.Completed(), Optional.of(model), then));
  }

  private String failureReason(TrainingJob job, Uploading uploading) throws IOException {
    for (String host : job.spec().hosts()) {
      Exit exit = uploading.exits().getOrDefault(host, new Exit(0, false));
      if (!exit.success()) {
        List<String> tail = logStream(host, uploading.attempt()).tail(LINES_IN_REASON);
        return FailureReasons.of(exit, folder.failure(host), tail);
      }
    }
    throw new IllegalStateException("no host of " + job.arn() + " failed");
  }

  private Void follow(String host, Training training, ContainerId id) throws InterruptedException {
    ContainerLog.follow(context.engine(), id, logStream(host, training.attempt()));
    return null;
  }

  private LogStream logStream(String host, Instant attempt) {
    return context
        .logs()
        .open(
            scope,
            TrainingJobs.LOG_GROUP,
            "%s/%s-%d".formatted(name, host, attempt.toEpochMilli()));
  }

  private void exceedMaxRuntime() {
    update((job, now) -> job.stopping(StopCause.MAX_RUNTIME, now));
    stop.complete(StopCause.MAX_RUNTIME);
  }

  private void stopWhenDone(Future<?> reason, Collection<ContainerId> hosts) {
    try {
      log.debug("stopping the hosts of {}: {}", name, reason.get());
    } catch (InterruptedException | ExecutionException e) {
      return; // the hosts ended by themselves, or the emulator stops
    }
    try (ExecutorService stops = Executors.newVirtualThreadPerTaskExecutor()) {
      hosts.forEach(id -> stops.execute(() -> stopContainer(id)));
    }
  }

  private void stopContainer(ContainerId id) {
    try {
      context.engine().stop(id, STOP_GRACE);
    } catch (EngineException e) {
      log.error("container {} could not be stopped", id.name(), e);
    }
  }

  /** The scratch folder goes last: while it is there, the next start cleans up once more. */
  private void cleanUp(TrainingJob job) {
    try {
      new HostContainers(context, scope, job, folder).remove();
      context.engine().deleteFolder(folder.root());
    } catch (EngineUnavailableException e) {
      log.warn("{} is cleaned up at the next start: {}", job.arn(), e.getMessage());
    } catch (EngineException e) {
      log.error("{} could not be cleaned up", job.arn(), e);
    }
  }

  private TrainingJob end(Outcome outcome) {
    return update((job, now) -> job.ended(outcome, Optional.empty(), now));
  }

  private static Outcome failed(String whose, Exception e) {
    String reason = whose + e.getMessage();
    return new Outcome.Failed(
        reason.substring(0, Math.min(reason.length(), FailureReasons.MAX_CHARS)));
  }

  private TrainingJob update(BiFunction<TrainingJob, Instant, TrainingJob> change) {
    return context
        .records()
        .update(scope, name, job -> change.apply(job, context.timeline().now()))
        .orElseThrow(() -> new IllegalStateException("record of job " + name + " is gone"));
  }

  private TrainingJob record() {
    return context
        .records()
        .find(scope, name)
        .orElseThrow(() -> new IllegalStateException("record of job " + name + " is gone"));
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
