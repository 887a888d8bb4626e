package io.sagelocal.training;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.machine.Places.Place;
import io.sagelocal.metrics.Datum;
import io.sagelocal.metrics.MetricDefinition;
import io.sagelocal.state.Stored;
import io.sagelocal.training.TrainingState.StopCause;
import io.sagelocal.training.TrainingState.Training;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates, shows and stops TrainingJobs; each runs on a virtual thread of its own. */
public final class TrainingJobs implements AutoCloseable {
  /** The log group of every job. */
  public static final String LOG_GROUP = "/aws/sagemaker/TrainingJobs";

  /** The kind of record a job is. */
  public static final String KIND = "training-job";

  private static final Logger log = LoggerFactory.getLogger(TrainingJobs.class);

  private record Key(Scope scope, String name) {}

  private final TrainingContext context;
  private final WarmPools pools;
  private final Map<Key, TrainingRun> runs = new ConcurrentHashMap<>();
  private final ExecutorService walkers = Executors.newVirtualThreadPerTaskExecutor();

  public TrainingJobs(TrainingContext context) {
    this.context = context;
    this.pools = new WarmPools(context);
  }

  /**
   * What takes up every job that an earlier run of the emulator left, wherever it was, and none
   * that is made meanwhile. Those whose hosts run have their places before anybody gets in line,
   * and the line is as it was.
   */
  public Runnable resumption() {
    List<Stored<TrainingJob>> all = context.records().all();
    return () -> resume(all);
  }

  private void resume(List<Stored<TrainingJob>> all) {
    all.forEach(stored -> pools.add(stored.scope(), stored.value()));
    List<Stored<TrainingJob>> left =
        all.stream()
            .filter(stored -> !stored.value().ended() || hasScratch(stored))
            .sorted(Comparator.comparing(stored -> stored.value().creationTime()))
            .toList();
    Map<Key, Place> places = new HashMap<>();
    for (Stored<TrainingJob> stored : left) {
      if (stored.value().state() instanceof Training training) {
        List<String> hosts = stored.value().spec().hosts();
        places.put(
            new Key(stored.scope(), stored.name()),
            context.places().retake(hosts.stream().map(training::gpusOf).toList()));
      }
    }
    Optional<Turn> last = Optional.empty();
    for (Stored<TrainingJob> stored : left) {
      Key key = new Key(stored.scope(), stored.name());
      boolean waited = stored.value().isWaiting();
      Turn turn = new Turn(waited ? last : Optional.empty());
      last = waited ? Optional.of(turn) : last;
      begin(key, Optional.ofNullable(places.get(key)), turn);
    }
  }

  /**
   * Records a job and begins it.
   *
   * @throws ServiceError ResourceInUse when the name is taken; a ValidationException for a metric's
   *     expression that is none
   */
  public TrainingJob create(Scope scope, TrainingJobSpec spec) {
    spec.metricDefinitions().forEach(MetricDefinition::finder); // refuses what it cannot find
    TrainingJob job =
        TrainingJob.created(
            scope.sagemaker("training-job", spec.name()), spec, context.timeline().now());
    context
        .records()
        .create(
            scope,
            spec.name(),
            job,
            () ->
                ServiceError.resourceInUse(
                    "Training job names must be unique within an AWS account and region, but a training"
                        + " job with this name already exists (%s)",
                    job.arn()));
    pools.moveTo(scope, spec);
    pools.add(scope, job);
    begin(new Key(scope, spec.name()), Optional.empty(), new Turn(Optional.empty()));
    return job;
  }

  public Optional<TrainingJob> find(Scope scope, String name) {
    return context.records().find(scope, name);
  }

  /**
   * Shows a job.
   *
   * @throws ServiceError a ValidationException when there is none of that name
   */
  public TrainingJob require(Scope scope, String name) {
    return find(scope, name).orElseThrow(() -> unknown(scope, name));
  }

  /** Shows a job once its status is no longer the given one, or when the patience is over. */
  public TrainingJob requireOnceNot(Scope scope, String name, String status, Duration patience)
      throws InterruptedException {
    return context
        .records()
        .await(scope, name, job -> !job.status().equals(status), patience)
        .orElseThrow(() -> unknown(scope, name));
  }

  /** The warm pool of a job that asked for one. */
  public Optional<WarmPool> warmPool(TrainingJob job) {
    return WarmPool.of(job, context.timeline().now());
  }

  /**
   * Changes what may be changed of a job: how long its instances are kept, and while it runs its
   * profiling and debugging.
   *
   * @param changes an UpdateTrainingJob request
   * @throws ServiceError a ValidationException when there is no such job, or it is too late
   */
  public TrainingJob update(Scope scope, String name, Document changes) {
    TrainingJob updated =
        context
            .records()
            .update(
                scope, name, job -> TrainingJobUpdate.of(job, changes, context.timeline().now()))
            .orElseThrow(() -> unknown(scope, name));
    pools.add(scope, updated);
    return updated;
  }

  /** The jobs of an account and region, by name. */
  public List<TrainingJob> list(Scope scope) {
    return context.records().list(scope);
  }

  /** The last value of each of a job's metrics, by its name. */
  public Map<String, Datum> lastMetrics(Scope scope, TrainingJob job) {
    return JobMetrics.last(context.metrics(), scope, job);
  }

  /**
   * Asks a job to stop; its containers get SIGTERM, and 120 s later SIGKILL.
   *
   * @throws ServiceError a ValidationException when there is no such job or it has ended
   */
  public void stop(Scope scope, String name) {
    Optional<TrainingJob> told =
        context
            .records()
            .update(
                scope,
                name,
                job -> {
                  if (job.ended()) {
                    throw ServiceError.validation(
                        "The request was rejected because the training job is in status %s.",
                        job.status());
                  }
                  return job.stopping(StopCause.REQUEST, context.timeline().now());
                });
    if (told.isEmpty()) {
      throw unknown(scope, name);
    }
    TrainingRun run = runs.get(new Key(scope, name));
    if (run != null) {
      run.stopRequested();
    }
  }

  /**
   * Deletes a job that has ended, and what was kept of it. Its log and artifacts stay.
   *
   * @throws ServiceError a ValidationException when there is no such job or it has not ended
   */
  public void delete(Scope scope, String name) throws InterruptedException {
    TrainingJob job = require(scope, name);
    if (!job.ended()) {
      throw ServiceError.validation(
          "The request was rejected because the training job is in status %s; only a job that is"
              + " Completed, Failed or Stopped can be deleted",
          job.status());
    }
    TrainingRun run = runs.get(new Key(scope, name));
    if (run != null) {
      run.awaitOver(); // its containers have the names that a next job of this name gives
    }
    TrainingRun.discard(context, scope, job);
    if (!context.records().delete(scope, name)) {
      throw unknown(scope, name);
    }
  }

  /** Tells every job of these accounts that is on its way to stop. */
  public void stopAll(Predicate<AccountId> accounts) {
    for (Key key : runs.keySet()) {
      if (accounts.test(key.scope().account())) {
        try {
          stop(key.scope(), key.name());
        } catch (ServiceError e) {
          log.debug("training job {} has ended meanwhile", key.name());
        }
      }
    }
  }

  /** How many jobs of these accounts are on their way. */
  public int running(Predicate<AccountId> accounts) {
    return (int) runs.keySet().stream().filter(key -> accounts.test(key.scope().account())).count();
  }

  /**
   * Takes a job's instances away, as managed spot training does: its hosts stop, it begins anew.
   */
  public void interrupt(Scope scope, String name) {
    TrainingRun run = runs.get(new Key(scope, name));
    if (run != null) {
      run.interrupt();
    }
  }

  /** How many jobs are on their way. */
  public int running() {
    return runs.size();
  }

  /** Says that the emulator stops: what fails from now on is no fault of a job. */
  public void letGo() {
    runs.values().forEach(TrainingRun::letGo);
  }

  /**
   * Lets go of the jobs on their way; their containers run on and are found again by a next start.
   */
  @Override
  public void close() {
    letGo();
    walkers.shutdownNow();
    walkers.close();
  }

  /**
   * The run is on the map before it reads the record, so that a stop reaches it one way or the
   * other.
   */
  private void begin(Key key, Optional<Place> place, Turn turn) {
    TrainingRun run = new TrainingRun(context, key.scope(), key.name(), place, turn);
    runs.put(key, run);
    walkers.execute(() -> {
      try {
        run.walk();
      } catch (InterruptedException e) {
        log.debug("let go of training job {}", key.name());
      } finally {
        runs.remove(key, run); // a job of the same name may have begun meanwhile
      }
    });
  }

  private boolean hasScratch(Stored<TrainingJob> stored) {
    return JobFolder.of(context.jobsFolder(), stored.scope(), stored.name()).exists();
  }

  private static ServiceError unknown(Scope scope, String name) {
    return ServiceError.validation(
        "Could not find training job \"%s\".", scope.sagemaker("training-job", name));
  }
}
