package io.sagelocal.transform;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.Labels;
import io.sagelocal.models.Model;
import io.sagelocal.serving.InstanceSpec;
import io.sagelocal.serving.ModelInstance;
import io.sagelocal.serving.ServingFailure;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One instance of a job: the model's containers and the workers that feed them. */
final class TransformInstance implements Together.Task {
  private static final Logger log = LoggerFactory.getLogger(TransformInstance.class);

  /** Finds the containers of a job. */
  private static final int SCOPE_DIGITS = 0xffff;

  private static final int CHARS_OF_ID = 12;

  private final TransformContext context;
  private final TransformJob job;
  private final TransformFolder folder;
  private final InstanceSpec instance;
  private final InputQueue queue;
  private final Consumer<ModelInstance> opened;
  private final BooleanSupplier stopped;

  /**
   * @param opened told of the containers once they run; whoever is told closes them
   * @param stopped whether the job was told to stop
   */
  TransformInstance(
      TransformContext context,
      Scope scope,
      TransformJob job,
      int number,
      InputQueue queue,
      Consumer<ModelInstance> opened,
      BooleanSupplier stopped) {
    this.context = context;
    this.job = job;
    this.folder = TransformFolder.of(context.jobsFolder(), scope, job.spec().name());
    this.instance = spec(context, scope, job, number);
    this.queue = queue;
    this.opened = opened;
    this.stopped = stopped;
  }

  /** What an instance runs, whether or not it is there. */
  static InstanceSpec spec(TransformContext context, Scope scope, TransformJob job, int number) {
    TransformJobSpec spec = job.spec();
    return new InstanceSpec(
        scope,
        Model.of(job.model()).withEnvironment(environment(spec)),
        "sagelocal-%s-%04x-transform_%s_%d"
            .formatted(context.instance(), scope.hashCode() & SCOPE_DIGITS, spec.name(), number),
        TransformFolder.of(context.jobsFolder(), scope, spec.name()).instance(number),
        Map.of(
            Labels.INSTANCE,
            context.instance(),
            Labels.JOB,
            spec.name(),
            Labels.ARN,
            job.arn().toString()),
        TransformJobs.LOG_GROUP,
        spec.name() + "/i",
        spec.instanceType(),
        InstanceSpec.TimeLimits.DEFAULT);
  }

  private static Map<String, String> environment(TransformJobSpec spec) {
    Map<String, String> environment = new LinkedHashMap<>(spec.environment());
    environment.put("SAGEMAKER_BATCH", "true");
    Batching asked = spec.batching();
    asked
        .maxPayloadMegabytes()
        .ifPresent(n -> environment.put("SAGEMAKER_MAX_PAYLOAD_IN_MB", n.toString()));
    asked
        .singleRecord()
        .ifPresent(single ->
            environment.put(
                "SAGEMAKER_BATCH_STRATEGY", single ? BatchSettings.SINGLE : BatchSettings.MULTI));
    asked
        .maxConcurrent()
        .ifPresent(n -> environment.put("SAGEMAKER_MAX_CONCURRENT_TRANSFORMS", n.toString()));
    return environment;
  }

  /**
   * Takes inputs from the queue until there is none.
   *
   * @throws TransformFailure when the model's container does not come up, or ends
   */
  @Override
  public void run() throws IOException, InterruptedException {
    ModelInstance running = open();
    opened.accept(running);
    try (ModelClient client =
        new ModelClient(job.spec(), running.servers(), context.serving().timeline())) {
      BatchSettings settings = settings(client);
      DataLog dataLog = dataLog(running);
      dataLog.line(
          "MaxConcurrentTransforms=%d, MaxPayloadInMB=%d, BatchStrategy=%s"
              .formatted(
                  settings.maxConcurrent(), settings.maxPayloadMegabytes(), settings.strategy()));
      FileTransform files = files(client, settings);
      boolean finished =
          Together.run(
              Collections.nCopies(settings.maxConcurrent(), () -> work(files, dataLog)),
              running.exit());
      if (!finished) {
        throw ended(running.exit().join());
      }
    }
  }

  /** Containers of an earlier run are taken up; should they have ended, others are started. */
  private ModelInstance open() throws InterruptedException {
    boolean takenUp =
        context
            .serving()
            .engine()
            .containersLabelled(Labels.ARN)
            .containsValue(job.arn().toString());
    try {
      return ModelInstance.open(context.serving(), instance, stopped);
    } catch (ServingFailure e) {
      if (!takenUp) {
        throw TransformFailure.algorithm(e.reason());
      }
      log.info("{} is started anew: {}", instance.containerName(), e.reason());
    }
    try {
      return ModelInstance.open(context.serving(), instance, stopped);
    } catch (ServingFailure e) {
      throw TransformFailure.algorithm(e.reason());
    }
  }

  private BatchSettings settings(ModelClient client) throws InterruptedException {
    Optional<String> answer;
    try {
      answer = client.executionParameters();
    } catch (IOException e) {
      log.debug("{} has no execution parameters: {}", instance.containerName(), e.getMessage());
      answer = Optional.empty();
    }
    Batching offered =
        answer
            .map(ExecutionParameters::parse)
            .orElse(new Batching(Optional.empty(), Optional.empty(), Optional.empty()));
    return BatchSettings.of(job.spec().batching(), offered, job.spec().isHeld());
  }

  private DataLog dataLog(ModelInstance running) {
    String id = running.servers().getFirst().containerId();
    String stream =
        "%s-%s/data-log"
            .formatted(instance.logStream(), id.substring(0, Math.min(CHARS_OF_ID, id.length())));
    return new DataLog(
        context.serving().logs().open(instance.scope(), instance.logGroup(), stream),
        context.serving().timeline());
  }

  private FileTransform files(ModelClient client, BatchSettings settings) {
    return new FileTransform(
        job.spec(),
        context.serving().objects(),
        folder,
        settings,
        new Semaphore(settings.maxConcurrent()),
        client);
  }

  /** One failed file does not keep the others from being transformed. */
  private void work(FileTransform files, DataLog dataLog) throws IOException, InterruptedException {
    for (Optional<InputFile> next = queue.next(); next.isPresent(); next = queue.next()) {
      InputFile input = next.get();
      try {
        files.transform(input);
        queue.done(input);
      } catch (TransformFailure e) {
        TransformFailure named = e.at(input.uri().toString());
        dataLog.line(named.reason());
        queue.failed(named.reason());
      }
    }
  }

  private TransformFailure ended(Exit exit) {
    return TransformFailure.algorithm(
        "the container of model %s ended with exit code %d%s before all inputs were transformed"
            .formatted(
                job.spec().modelName(), exit.code(), exit.outOfMemory() ? " (out of memory)" : ""));
  }
}
