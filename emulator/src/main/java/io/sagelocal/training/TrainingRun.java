package io.sagelocal.training;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.CapacityException;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.ImageNotFoundException;
import io.sagelocal.images.ImageChoice;
import io.sagelocal.logs.LogStream;
import io.sagelocal.machine.Places.Place;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Timeline.Scheduled;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);
  private static final int LINES_IN_REASON = 8;
  private static final String INTERNAL = "InternalServerError";

  private final TrainingContext context;
  private final Scope scope;
  private final String name;
  private final JobFolder folder;
  private final StopSignal stop = new StopSignal();

  private final CountDownLatch over = new CountDownLatch(1);

  private volatile boolean letGo;

  /** What fails the present attempt at training. */
  private volatile CompletableFuture<TrainingFailure> attemptFailure = new CompletableFuture<>();

  /** What goes on beside the hosts of every job. */
  private final List<BesideHosts> beside;

  private final Checkpoints checkpoints;
  private final Turn turn;

  /** The hosts' place on the machine, from when they wait for it until they have ended. */
  private Optional<Place> place;

  private Optional<ImageChoice> image = Optional.empty();

  /**
   * @param place which the hosts have already, as they ran when the emulator was started
   * @param turn when it may get in line for a place
   */
  TrainingRun(TrainingContext context, Scope scope, String name, Optional<Place> place, Turn turn) {
    this.context = context;
    this.scope = scope;
    this.name = name;
    this.folder = JobFolder.of(context.jobsFolder(), scope, name);
    this.checkpoints = new Checkpoints(context.objects(), context.timeline());
    this.place = place;
    this.turn = turn;
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
    attemptFailure.complete(TrainingFailure.interruption());
  }

  /**
   * Walks to the end and cleans up. Returns early, changing nothing, when interrupted: the next run
   * takes the job up from its record.
   */
  void walk() throws InterruptedException {
    try {
      walkToTheEnd();
    } finally {
      turn.end();
      over.countDown();
    }
  }

  /** Waits until nothing of the walk goes on. */
  void awaitOver() throws InterruptedException {
    over.await();
  }

  private void walkToTheEnd() throws InterruptedException {
    TrainingJob job = record();
    boolean letGo = false;
    try (Scheduled tooLong = limit(job.spec().maxWaitTime(), job, StopCause.MAX_WAIT_TIME)) {
      while (!job.ended()) {
        job = next(job);
      }
    } catch (InterruptedException e) {
      letGo = true; // it keeps its place: nobody is to begin while the emulator stops
      throw e;
    } finally {
      if (!letGo) {
        leavePlace();
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
    } catch (TrainingFailure e) {
      return failed(job, e.reason());
    } catch (ImageNotFoundException e) {
      return failed(job, "ClientError: " + e.getMessage());
    } catch (EngineUnavailableException e) {
      return failed(job, INTERNAL + ": containers cannot be run: " + e.getMessage());
    } catch (CapacityException e) {
      return failed(job, "CapacityError: " + e.getMessage());
    } catch (EngineException e) {
      return failed(job, "ClientError: the container could not be run: " + e.getMessage());
    } catch (ObjectStoreException e) {
      return failed(job, INTERNAL + ": S3: " + e.getMessage());
    } catch (IOException
        | RuntimeException
        | Error e) { // an Error too must not leave it InProgress
      if (!letGo) {
        log.error("training job {} met an unexpected error", job.arn(), e);
      }
      return failed(job, INTERNAL + ": " + e);
    }
  }

  /** Says that the emulator stops: what fails from now on, fails for that. */
  void letGo() {
    letGo = true;
  }

  /** Ends the job, or begins it anew where its RetryStrategy allows and it is not at fault. */
  private TrainingJob failed(TrainingJob job, String reason) throws InterruptedException {
    if (letGo) {
      log.debug("{} is let go of: {}", job.arn(), reason);
      throw new InterruptedException("the emulator stops"); // which is no fault of the job
    }
    String cut = FailureReasons.cut(reason, "");
    if (!reason.startsWith(INTERNAL) || job.retries() >= job.spec().maxRetries() || stop.given()) {
      return end(new Outcome.Failed(cut));
    }
    log.warn("{} is begun anew: {}", job.arn(), cut);
    leavePlace();
    TrainingJob again = update((now, then) -> now.restarting(cut, then));
    stop.pause(context.timeline(), RETRY_PAUSE.multipliedBy(again.retries()));
    return again;
  }

  private TrainingJob start(TrainingJob job) throws InterruptedException {
    if (job.retries() > 0) {
      new HostContainers(context, scope, job, folder).remove();
    }
    return hasImage(job) && hasPlace(job)
        ? update(TrainingJob::downloading)
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
    if (place.isEmpty()) {
      turn.await();
      place =
          Optional.of(
              context
                  .places()
                  .enter(
                      job.spec().hosts().stream()
                          .map(host -> context.machine().gpus(job.spec().groupOf(host).type()))
                          .toList()));
      turn.end();
    }
    CompletableFuture<?> there = place.get().gpus();
    if (there.isDone()) {
      return true;
    }
    update((now, then) -> now.waiting(then));
    try (Scheduled tooLong = limit(job.spec().maxPendingTime(), job, StopCause.MAX_PENDING_TIME)) {
      return stop.awaitUnlessGiven(there);
    }
  }

  private void leavePlace() {
    place.ifPresent(Place::close);
    place = Optional.empty();
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
    Map<String, List<String>> gpus = gpus(job);
    List<String> notes = notes(job, chosen, gpus);
    TrainingJob begun = update((now, then) -> now.training(gpus, notes, then));
    if (!(begun.state() instanceof Training attempt)) {
      return begun;
    }
    return await(begun, attempt, () -> containers.start(chosen.image(), attempt));
  }

  /** The GPUs of each host, as its place has them. */
  private Map<String, List<String>> gpus(TrainingJob job) {
    List<List<String>> dealt = place.orElseThrow().gpus().join();
    Map<String, List<String>> gpus = new LinkedHashMap<>();
    for (int i = 0; i < dealt.size(); i++) {
      if (!dealt.get(i).isEmpty()) {
        gpus.put(job.spec().hosts().get(i), dealt.get(i));
      }
    }
    return gpus;
  }

  /** What is not quite as the job's creator asked. */
  private List<String> notes(TrainingJob job, ImageChoice image, Map<String, List<String>> gpus) {
    List<String> notes = new ArrayList<>();
    image.note().ifPresent(notes::add);
    for (InstanceGroup group : job.spec().groups()) {
      int given = group.hosts().stream().mapToInt(host -> count(gpus, host)).max().orElse(0);
      if (given < group.type().gpus()) {
        notes.add(
            "%s has %d GPU(s), a host here gets %d"
                .formatted(group.type(), group.type().gpus(), given));
      }
    }
    job.spec()
        .outputKey()
        .filter(key -> context.objects().encryptingWith(key).isEmpty())
        .ifPresent(key ->
            notes.add(
                "The S3 store has no keys, so that outputs are not encrypted with %s"
                    .formatted(key)));
    return notes;
  }

  private static int count(Map<String, List<String>> gpus, String host) {
    return gpus.getOrDefault(host, List.of()).size();
  }

  /** Has what goes on beside the hosts begun, the hosts there, and waits for the end of both. */
  private TrainingJob await(
      TrainingJob job, Training training, Supplier<Map<String, ContainerId>> starting)
      throws IOException, InterruptedException {
    CompletableFuture<TrainingFailure> failure = new CompletableFuture<>();
    attemptFailure = failure;
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
              stop.cause(),
              failure);
      RunningHosts.Ends ends;
      try (Scheduled timeUp = runtimeLimit(job, training)) {
        ends = hosts.await();
      }
      leavePlace();
      for (BesideHosts.Work work : works) {
        work.hostsEnded();
      }
      if (failure.isDone() && failure.resultNow().isInterruption() && !stop.given()) {
        new HostContainers(context, scope, job, folder).remove();
        return update(TrainingJob::interrupted);
      }
      if (failure.isDone() && !failure.resultNow().isInterruption()) {
        throw failure.resultNow();
      }
      return update(
          (now, then) -> now.uploading(training.attempt(), ends.exits(), ends.failed(), then));
    } finally {
      works.forEach(BesideHosts.Work::close);
    }
  }

  private Scheduled runtimeLimit(TrainingJob job, Training training) {
    Instant start = job.trainingStart().orElse(training.attempt());
    return limit(start.plus(job.spec().maxRuntime()), StopCause.MAX_RUNTIME);
  }

  /** Stops the job when it has been there for too long, if there is such a limit. */
  private Scheduled limit(Optional<Duration> time, TrainingJob job, StopCause cause) {
    return time.map(most -> limit(job.creationTime().plus(most), cause)).orElse(() -> {});
  }

  private Scheduled limit(Instant deadline, StopCause cause) {
    Duration left = Duration.between(context.timeline().now(), deadline);
    return context
        .timeline()
        .schedule(
            left.isNegative() ? Duration.ZERO : left,
            () -> {
              context
                  .records()
                  .update(scope, name, job -> job.stopping(cause, context.timeline().now()));
              stop.give(cause);
            });
  }

  private TrainingJob upload(TrainingJob job, Uploading uploading) throws IOException {
    Artifacts artifacts = new Artifacts(context.objects(), job.spec(), folder);
    if (uploading.failed().isPresent() && !stop.given()) {
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
    return update((job, now) -> job.ended(outcome, Optional.empty(), now));
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
