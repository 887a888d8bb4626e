package io.sagelocal.transform;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.models.Model;
import io.sagelocal.models.ModelContainer;
import io.sagelocal.models.Models;
import io.sagelocal.state.Stored;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates, shows and stops TransformJobs; each runs on a virtual thread of its own. */
public final class TransformJobs implements AutoCloseable {
  /** The log group of every job. */
  public static final String LOG_GROUP = "/aws/sagemaker/TransformJobs";

  /** The kind of record a job is. */
  public static final String KIND = "transform-job";

  private static final Logger log = LoggerFactory.getLogger(TransformJobs.class);

  private record Key(Scope scope, String name) {}

  private final TransformContext context;
  private final Models models;
  private final Map<Key, TransformRun> runs = new ConcurrentHashMap<>();
  private final ExecutorService walkers = Executors.newVirtualThreadPerTaskExecutor();

  public TransformJobs(TransformContext context, Models models) {
    this.context = context;
    this.models = models;
  }

  /**
   * What takes up every job that an earlier run of the emulator left, wherever it was, and none
   * that is made meanwhile.
   */
  public Runnable resumption() {
    List<Stored<TransformJob>> left =
        context.records().all().stream()
            .filter(stored -> !stored.value().ended() || hasScratch(stored))
            .toList();
    return () -> left.forEach(stored -> begin(stored.scope(), stored.name()));
  }

  /**
   * Records a job and begins it.
   *
   * @throws ServiceError ResourceInUse when the name is taken, a ValidationException when its model
   *     does not exist or has no one answer to a request
   */
  public TransformJob create(Scope scope, TransformJobSpec spec) {
    Document model = models.require(scope, spec.modelName()).request();
    requireOneAnswer(Model.of(model));
    TransformJob job =
        TransformJob.created(
            scope.sagemaker("transform-job", spec.name()),
            spec,
            model,
            context.serving().timeline().now());
    context
        .records()
        .create(
            scope,
            spec.name(),
            job,
            () ->
                ServiceError.resourceInUse(
                    "Job name must be unique within an AWS account and region, and a job with this"
                        + " name already exists (%s)",
                    job.arn()));
    begin(scope, spec.name());
    return job;
  }

  /**
   * Shows a job.
   *
   * @throws ServiceError ResourceNotFound when there is none of that name
   */
  public TransformJob require(Scope scope, String name) {
    return context.records().find(scope, name).orElseThrow(() -> unknown(scope, name));
  }

  /** Shows a job once its status is no longer the given one, or when the patience is over. */
  public TransformJob requireOnceNot(Scope scope, String name, String status, Duration patience)
      throws InterruptedException {
    return context
        .records()
        .await(scope, name, job -> !job.status().equals(status), patience)
        .orElseThrow(() -> unknown(scope, name));
  }

  /** The jobs of an account and region, by name. */
  public List<TransformJob> list(Scope scope) {
    return context.records().list(scope);
  }

  /**
   * Asks a job to stop: requests in flight are given up, and outputs that are not whole.
   *
   * @throws ServiceError ResourceNotFound when there is no such job, a ValidationException when it
   *     has ended
   */
  public void stop(Scope scope, String name) {
    Optional<TransformJob> told =
        context
            .records()
            .update(
                scope,
                name,
                job -> {
                  if (job.ended()) {
                    throw ServiceError.validation(
                        "The request was rejected because the transform job is in status %s.",
                        job.status());
                  }
                  return job.stopping(context.serving().timeline().now());
                });
    if (told.isEmpty()) {
      throw unknown(scope, name);
    }
    TransformRun run = runs.get(new Key(scope, name));
    if (run != null) {
      run.stopRequested();
    }
  }

  /** Tells every job of these accounts that is on its way to stop. */
  public void stopAll(Predicate<AccountId> accounts) {
    for (Key key : runs.keySet()) {
      if (accounts.test(key.scope().account())) {
        try {
          stop(key.scope(), key.name());
        } catch (ServiceError e) {
          log.debug("transform job {} has ended meanwhile", key.name());
        }
      }
    }
  }

  /** How many jobs of these accounts are on their way. */
  public int running(Predicate<AccountId> accounts) {
    return (int) runs.keySet().stream().filter(key -> accounts.test(key.scope().account())).count();
  }

  /** How many jobs are on their way. */
  public int running() {
    return runs.size();
  }

  /** Says that the emulator stops: what fails from now on is no fault of a job. */
  public void letGo() {
    runs.values().forEach(TransformRun::letGo);
  }

  /** Removes the containers of the jobs on their way; a next start goes on with the jobs. */
  @Override
  public void close() {
    letGo();
    List<TransformRun> cut = List.copyOf(runs.values());
    walkers.shutdownNow();
    walkers.close();
    try (ExecutorService removals = Executors.newVirtualThreadPerTaskExecutor()) {
      cut.forEach(run -> removals.execute(run::shutDown));
    }
  }

  /**
   * The run is on the map before it reads the record, so that a stop reaches it one way or the
   * other.
   */
  private void begin(Scope scope, String name) {
    Key key = new Key(scope, name);
    TransformRun run = new TransformRun(context, scope, name);
    runs.put(key, run);
    walkers.execute(() -> {
      boolean letGo = false;
      try {
        run.walk();
      } catch (InterruptedException e) {
        letGo = true; // the end of the emulator removes its containers
        log.debug("let go of transform job {}", name);
      } finally {
        if (!letGo) {
          runs.remove(key, run);
        }
      }
    });
  }

  private static void requireOneAnswer(Model model) {
    if (model.mode() == Model.Mode.DIRECT && model.containers().size() > 1) {
      throw ServiceError.validation(
          "Model %s has InferenceExecutionConfig Mode Direct; a TransformJob needs Serial",
          model.name());
    }
    if (model.containers().stream().anyMatch(ModelContainer::multiModel)) {
      throw ServiceError.validation(
          "Model %s has a container with Mode MultiModel; a TransformJob needs SingleModel",
          model.name());
    }
  }

  private boolean hasScratch(Stored<TransformJob> stored) {
    return TransformFolder.of(context.jobsFolder(), stored.scope(), stored.name()).exists();
  }

  private static ServiceError unknown(Scope scope, String name) {
    return ServiceError.resourceNotFound(
        "Could not find transform job \"%s\".", scope.sagemaker("transform-job", name));
  }
}
