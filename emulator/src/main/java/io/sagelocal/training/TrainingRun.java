package io.sagelocal.training;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.images.ImageChoice;
import io.sagelocal.machine.Places.Place;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Timeline.Scheduled;
import io.sagelocal.training.TrainingState.Downloading;
import io.sagelocal.training.TrainingState.Ended;
import io.sagelocal.training.TrainingState.Outcome;
import io.sagelocal.training.TrainingState.Starting;
import io.sagelocal.training.TrainingState.StopCause;
import io.sagelocal.training.TrainingState.Training;
import io.sagelocal.training.TrainingState.Uploading;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks one job through its phases, from the one on record to the end. Each phase may be begun
 * again, so a run that a crash cut short is simply walked once more.
 */
final class TrainingRun {
  private static final Logger log = LoggerFactory.getLogger(TrainingRun.class);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);
  private static final int LINES_IN_REASON = 8;

  private final TrainingContext context;
  private final Scope scope;
  private final JobRecord record;
  private final JobFolder folder;
  private final StopSignal stop = new StopSignal();
  private final TimeLimits limits;
  private final PlaceInLine place;
  private final Checkpoints checkpoints;

  /** What goes on beside the hosts of every job. */
  private final List<BesideHosts> beside;

  private final CountDownLatch over = new CountDownLatch(1);
  private Optional<ImageChoice> image = Optional.empty();

  /** While there are hosts, or will be at once. */
  private volatile Optional<TrainingAttempt> attempt = Optional.empty();

  private volatile boolean letGo;

  /**
   * @param place which the hosts have already, as they ran when the emulator was started
   * @param turn when it may get in line for a place
   */
  TrainingRun(TrainingContext context, Scope scope, String name, Optional<Place> place, Turn turn) {
    this.context = context;
    this.scope = scope;
    this.record = new JobRecord(context, scope, name);
    this.limits = new TimeLimits(context.timeline(), record, stop);
    this.place = new PlaceInLine(context, place, turn);
    this.folder = JobFolder.of(context.jobsFolder(), scope, name);
    this.checkpoints = new Checkpoints(context.objects(), context.timeline());
    this.beside =
        List.of(
            (job, files, failure) -> PipeFeeds.open(context.objects(), job.spec(), files, failure),
            checkpoints);
  }

  /** Tells the phase at work that the record now asks for a stop. */
  void stopRequested() {
    stop.give(StopCause.REQUEST);
  }

  /** Takes the hosts away, where there are some. */
  void interrupt() {
    attempt.ifPresent(TrainingAttempt::interrupt);
  }

  /**
   * Walks to the end and cleans up. Returns early, changing nothing, when interrupted: the next run
   * takes the job up from its record.
   */
  void walk() throws InterruptedException {
    try {
      walkToTheEnd();
    } finally {
      place.passTurn();
      over.countDown();
    }
  }

  /** Waits until nothing of the walk goes on. */
  void awaitOver() throws InterruptedException {
    over.await();
  }

  private void walkToTheEnd() throws InterruptedException {
    TrainingJob job = record.job();
    boolean interrupted = false;
    try (Scheduled tooLong = limits.whole(job)) {
      while (!job.ended()) {
        job = next(job);
      }
    } catch (InterruptedException e) {
      interrupted = true; // it keeps its place: nobody is to begin while the emulator stops
      throw e;
    } finally {
      if (!interrupted) {
        place.leave();
      }
    }
    cleanUp(job);
  }

  private TrainingJob next(TrainingJob job) throws InterruptedException {
    job.stop().ifPresent(stop::give);
    try {
      return switch (job.state()) {
        case Starting s -> stop.given() ? end(new Outcome.Completed()) : start(job);
        case Downloading d -> stop.given() ? end(new Outcome.Completed()) : download(job);
        case Training t -> train(job, t);
        case Uploading u -> upload(job, u);
        case Ended e -> job;
      };
    } catch (IOException
        | RuntimeException
        | Error e) { // an Error too must not leave it InProgress
      return failed(job, e);
    }
  }

  /** Says that the emulator stops: what fails from now on, fails for that. */
  void letGo() {
    letGo = true;
  }

  /** Ends the job, or begins it anew where its RetryStrategy allows and it is not at fault. */
  private TrainingJob failed(TrainingJob job, Throwable error) throws InterruptedException {
    if (letGo) {
      log.debug("{} is let go of", job.arn(), error);
      throw new InterruptedException("the emulator stops"); // which is no fault of the job
    }
    String reason = FailureReasons.cut(FailureReasons.of(error), "");
    if (FailureReasons.isUnexpected(error)) {
      log.error("training job {} met an unexpected error", job.arn(), error);
    }
    if (!FailureReasons.isInternal(reason)
        || job.retries() >= job.spec().maxRetries()
        || stop.given()) {
      return end(new Outcome.Failed(reason));
    }
    log.warn("{} is begun anew: {}", job.arn(), reason);
    place.leave();
    TrainingJob again = record.update((now, then) -> now.restarting(reason, then));
    stop.pause(context.timeline(), RETRY_PAUSE.multipliedBy(again.retries()));
    return again;
  }

  private TrainingJob start(TrainingJob job) throws InterruptedException {
    if (job.retries() > 0) {
      new HostContainers(context, scope, job, folder).remove();
    }
    return hasImage(job) && hasPlace(job)
        ? record.update(TrainingJob::downloading)
        : end(new Outcome.Completed());
  }

  /** Finds the image, or pulls it; answers false when a stop was first. */
  private boolean hasImage(TrainingJob job) throws InterruptedException {
    if (image.isEmpty()) {
      image = stop.unlessGiven(() -> context.images().choose(job.spec().image()));
    }
    return image.isPresent();
  }

  /** Waits for a place on the machine; answers false when a stop was first. */
  private boolean hasPlace(TrainingJob job) throws InterruptedException {
    CompletableFuture<?> there = place.enter(job.spec());
    if (there.isDone()) {
      return true;
    }
    record.update((now, then) -> now.waiting(then));
    try (Scheduled tooLong = limits.pending(job)) {
      return stop.awaitUnlessGiven(there);
    }
  }

  private TrainingJob download(TrainingJob job) throws IOException, InterruptedException {
    context.engine().deleteFolder(folder.root());
    Files.createDirectories(folder.root()); // while it is there, a next start looks for the rest
    HostContainers containers = new HostContainers(context, scope, job, folder);
    Thread network = Thread.ofVirtual().start(() -> makeNetwork(containers));
    try {
      fill(job);
    } finally {
      network.join();
    }
    return begin(job, containers);
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
    ChannelFolders channels =
        new ChannelFolders(context.engine(), context.objects(), folder, stop.cause());
    for (String host : job.spec().hosts()) {
      folder.create(host);
      InputFiles.write(job.spec(), host, folder.config(host));
      if (job.spec().checkpoints().isPresent()) {
        checkpoints.restore(job.spec().checkpoints().get(), folder.checkpoints(host));
      }
      channels.fill(job.spec(), host);
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
    containers.remove();
    return begin(job, containers);
  }

  /** Starts the hosts, whose folders are filled. */
  private TrainingJob begin(TrainingJob job, HostContainers containers)
      throws IOException, InterruptedException {
    if (!hasImage(job) || !hasPlace(job) || stop.given()) {
      return end(new Outcome.Completed());
    }
    ImageChoice chosen = image.orElseThrow();
    Map<String, List<String>> gpus = place.gpus(job.spec());
    List<String> notes = TrainingNotes.of(job.spec(), chosen, gpus, context.objects());
    TrainingJob begun = record.update((now, then) -> now.training(gpus, notes, then));
    if (!(begun.state() instanceof Training training)) {
      return begun;
    }
    return await(begun, training, () -> containers.start(chosen.image(), training));
  }

  /** Has the hosts there, and waits for their end and that of what goes on beside them. */
  private TrainingJob await(
      TrainingJob job, Training training, Supplier<Map<String, ContainerId>> starting)
      throws IOException, InterruptedException {
    HostLogs logs = new HostLogs(context, scope, job.spec(), training.attempt());
    try (TrainingAttempt present = new TrainingAttempt(context.engine(), stop)) {
      attempt = Optional.of(present);
      present.begin(beside, job, folder);
      Map<String, ContainerId> hosts = starting.get();
      RunningHosts.Ends ends;
      try (Scheduled timeUp = limits.training(job, training)) {
        ends = present.await(hosts, logs);
      }
      place.leave();
      present.finish();
      return record.update(
          (now, then) -> now.uploading(training.attempt(), ends.exits(), ends.failed(), then));
    } catch (TrainingFailure e) {
      if (!e.isInterruption()) {
        throw e;
      }
      new HostContainers(context, scope, job, folder).remove();
      return record.update(TrainingJob::interrupted);
    } finally {
      attempt = Optional.empty();
    }
  }

  private TrainingJob upload(TrainingJob job, Uploading uploading) throws IOException {
    Artifacts artifacts = new Artifacts(context.objects(), job.spec(), folder);
    if (uploading.failed().isPresent() && !stop.given()) {
      return end(
          failedUploading(artifacts, failureReason(job, uploading, uploading.failed().get())));
    }
    artifacts.uploadOutput();
    S3Uri model = artifacts.uploadModel();
    return record.update(
        (now, then) -> now.ended(new Outcome.Completed(), Optional.of(model), then));
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
        new HostLogs(context, scope, job.spec(), uploading.attempt())
            .stream(host).tail(LINES_IN_REASON));
  }

  /** The scratch folder goes last: while it is there, the next start cleans up once more. */
  private void cleanUp(TrainingJob job) {
    boolean failed =
        job.state() instanceof Ended ended && ended.outcome() instanceof Outcome.Failed;
    if (failed && context.keepFailed()) {
      log.info("{} failed; its containers and {} are kept", job.arn(), folder.root());
      return;
    }
    try {
      discard(context, scope, job);
    } catch (EngineUnavailableException e) {
      log.warn("{} is cleaned up at the next start: {}", job.arn(), e.getMessage());
    } catch (EngineException e) {
      log.error("{} could not be cleaned up", job.arn(), e);
    }
  }

  /**
   * Removes what the job has outside its record.
   *
   * @throws EngineException when something of it may still be there
   */
  static void discard(TrainingContext context, Scope scope, TrainingJob job) {
    JobFolder folder = JobFolder.of(context.jobsFolder(), scope, job.spec().name());
    HostContainers containers = new HostContainers(context, scope, job, folder);
    containers.remove();
    containers.removeNetwork();
    context.engine().deleteFolder(folder.root());
  }

  private TrainingJob end(Outcome outcome) {
    return record.update((job, now) -> job.ended(outcome, Optional.empty(), now));
  }
}
