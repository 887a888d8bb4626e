package io.sagelocal.training;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.ImageNotFoundException;
import io.sagelocal.logs.LogStream;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Timeline.Scheduled;
import io.sagelocal.training.ChannelItems.Share;
import io.sagelocal.training.RunningHosts.HostLog;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks one job through its phases, from the one on record to the end. Each phase may be begun
 * again, so a run that a crash cut short is simply walked once more.
 */
final class TrainingRun {
  private static final Logger log = LoggerFactory.getLogger(TrainingRun.class);
  private static final int LINES_IN_REASON = 8;

  private final TrainingContext context;
  private final Scope scope;
  private final String name;
  private final JobFolder folder;
  private final CompletableFuture<StopCause> stop = new CompletableFuture<>();

  /** What goes on beside the hosts of every job. */
  private final List<BesideHosts> beside;

  private final Checkpoints checkpoints;

  TrainingRun(TrainingContext context, Scope scope, String name) {
    this.context = context;
    this.scope = scope;
    this.name = name;
    this.folder = JobFolder.of(context.jobsFolder(), scope, name);
    this.checkpoints = new Checkpoints(context.objects(), context.timeline());
    this.beside =
        List.of(
            (job, files, failure) -> PipeFeeds.open(context.objects(), job.spec(), files, failure),
            checkpoints);
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
      return end(new Outcome.Failed(FailureReasons.cut(e.reason(), "")));
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

  private TrainingJob download(TrainingJob job) throws IOException, InterruptedException {
    context.engine().deleteFolder(folder.root());
    HostContainers containers = new HostContainers(context, scope, job, folder);
    Thread network = Thread.ofVirtual().start(() -> makeNetwork(containers));
    try {
      fill(job);
    } finally {
      network.join();
    }
    return stop.isDone() ? end(new Outcome.Completed()) : update(TrainingJob::training);
  }

  /** What goes wrong here is told when the hosts are started, which makes it again. */
  private static void makeNetwork(HostContainers containers) {
    try {
      containers.makeNetwork();
    } catch (EngineException e) {
      log.debug("a network is not made ahead of its hosts", e);
    }
  }

  /** Puts what the hosts read into their folders. */
  private void fill(TrainingJob job) throws IOException {
    ChannelDownload channels = new ChannelDownload(context.objects(), stop::isDone);
    for (String host : job.spec().hosts()) {
      folder.create(host);
      InputFiles.write(job.spec(), host, folder.config(host));
      if (job.spec().checkpoints().isPresent()) {
        checkpoints.restore(job.spec().checkpoints().get(), folder.checkpoints(host));
      }
      for (Channel channel : job.spec().channelsOf(host)) {
        if (!channel.piped()) {
          Share share = Share.of(channel, job.spec().hostsOf(channel), host);
          channels.download(channel, share, folder.channel(host, channel.name()));
        }
      }
    }
  }

  /** Containers whose pipes ended with an earlier run of the emulator begin anew. */
  private TrainingJob train(TrainingJob job, Training training)
      throws IOException, InterruptedException {
    HostContainers containers = new HostContainers(context, scope, job, folder);
    Optional<Map<String, ContainerId>> kept = containers.find();
    if (kept.isPresent() && !job.spec().piped()) {
      return await(job, training, kept::get);
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
    return await(begun, attempt, () -> containers.start(image));
  }

  /** Has what goes on beside the hosts begun, the hosts there, and waits for the end of both. */
  private TrainingJob await(
      TrainingJob job, Training training, Supplier<Map<String, ContainerId>> starting)
      throws IOException, InterruptedException {
    CompletableFuture<TrainingFailure> failure = new CompletableFuture<>();
    List<BesideHosts.Work> works = new ArrayList<>();
    try {
      for (BesideHosts each : beside) {
        works.add(each.begin(job, folder, failure));
      }
      RunningHosts hosts =
          new RunningHosts(
              context.engine(),
              starting.get(),
              host -> hostLog(job.spec(), host, training.attempt()),
              stop,
              failure);
      RunningHosts.Ends ends;
      try (Scheduled timeUp = timeLimit(job, training)) {
        ends = hosts.await();
      }
      for (BesideHosts.Work work : works) {
        work.hostsEnded();
      }
      if (failure.isDone()) {
        throw failure.resultNow();
      }
      return update(
          (now, then) -> now.uploading(training.attempt(), ends.exits(), ends.failed(), then));
    } finally {
      works.forEach(BesideHosts.Work::close);
    }
  }

  private Scheduled timeLimit(TrainingJob job, Training training) {
    Instant deadline = job.trainingStart().orElse(training.attempt()).plus(job.spec().maxRuntime());
    Duration left = Duration.between(context.timeline().now(), deadline);
    return context
        .timeline()
        .schedule(left.isNegative() ? Duration.ZERO : left, this::exceedMaxRuntime);
  }

  private TrainingJob upload(TrainingJob job, Uploading uploading) throws IOException {
    Artifacts artifacts = new Artifacts(context.objects(), job.spec(), folder);
    if (uploading.failed().isPresent() && !stop.isDone()) {
      return end(
          failedUploading(artifacts, failureReason(job, uploading, uploading.failed().get())));
    }
    artifacts.uploadOutput();
    S3Uri model = artifacts.uploadModel();
    return update((now, then) -> now.ended(new Outcome.Completed(), Optional.of(model), then));
  }

  /** A host's failure is told first, whatever becomes of the output. */
  private static Outcome failedUploading(Artifacts artifacts, String reason) throws IOException {
    try {
      artifacts.uploadOutput();
      return new Outcome.Failed(reason);
    } catch (TrainingFailure e) {
      return new Outcome.Failed(FailureReasons.cut(reason, "\n" + e.reason()));
    }
  }

  private String failureReason(TrainingJob job, Uploading uploading, String host)
      throws IOException {
    return FailureReasons.of(
        job.spec().hosts().size() > 1 ? Optional.of(host) : Optional.empty(),
        Objects.requireNonNull(uploading.exits().get(host), host),
        folder.failure(host),
        logStream(host, uploading.attempt()).tail(LINES_IN_REASON));
  }

  private HostLog hostLog(TrainingJobSpec spec, String host, Instant attempt) {
    return new HostLog(
        logStream(host, attempt),
        JobMetrics.reading(context.metrics(), scope, spec, logStreamName(host, attempt)));
  }

  private LogStream logStream(String host, Instant attempt) {
    return context.logs().open(scope, TrainingJobs.LOG_GROUP, logStreamName(host, attempt));
  }

  private String logStreamName(String host, Instant attempt) {
    return "%s/%s-%d".formatted(name, host, attempt.toEpochMilli());
  }

  private void exceedMaxRuntime() {
    update((job, now) -> job.stopping(StopCause.MAX_RUNTIME, now));
    stop.complete(StopCause.MAX_RUNTIME);
  }

  /** The scratch folder goes last: while it is there, the next start cleans up once more. */
  private void cleanUp(TrainingJob job) {
    try {
      HostContainers containers = new HostContainers(context, scope, job, folder);
      containers.remove();
      containers.removeNetwork();
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
}
