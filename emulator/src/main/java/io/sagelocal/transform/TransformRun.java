package io.sagelocal.transform;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.ImageNotFoundException;
import io.sagelocal.engine.Labels;
import io.sagelocal.objects.KeyRefusedException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.serving.ModelInstance;
import io.sagelocal.transform.TransformState.Ended;
import io.sagelocal.transform.TransformState.Outcome;
import io.sagelocal.transform.TransformState.Starting;
import io.sagelocal.transform.TransformState.Transforming;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks one job through its phases, from the one on record to the end. Each phase may be begun
 * again, so a run that a crash cut short is simply walked once more: inputs whose output is in S3
 * are not transformed again.
 */
final class TransformRun {
  private static final Logger log = LoggerFactory.getLogger(TransformRun.class);
  private static final int MAX_REASON_CHARS = 1024;

  private final TransformContext context;
  private final Scope scope;
  private final String name;
  private final TransformFolder folder;
  private final Queue<ModelInstance> running = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> stop = new CompletableFuture<>();
  private volatile boolean letGo;

  TransformRun(TransformContext context, Scope scope, String name) {
    this.context = context;
    this.scope = scope;
    this.name = name;
    this.folder = TransformFolder.of(context.jobsFolder(), scope, name);
  }

  /** Says that the emulator stops: what fails from now on, fails for that. */
  void letGo() {
    letGo = true;
  }

  /** Tells the phase at work that the record now asks for a stop. */
  void stopRequested() {
    stop.complete(null);
  }

  /**
   * Walks to the end and cleans up. Returns early, changing nothing, when interrupted: the next run
   * takes the job up from its record.
   */
  void walk() throws InterruptedException {
    TransformJob job = record();
    while (!job.ended()) {
      job = next(job);
    }
    cleanUp(job);
  }

  /**
   * Removes the containers, for a shutdown: they can do nothing without the emulator. The scratch
   * folder stays, for the next start to go on from.
   */
  void shutDown() {
    try {
      removeContainers(record());
    } catch (EngineException e) {
      log.warn("the containers of transform job {} are still there: {}", name, e.getMessage());
    }
  }

  private TransformJob next(TransformJob job) throws InterruptedException {
    if (job.stopping()) {
      stop.complete(null);
    }
    try {
      return switch (job.state()) {
        case Starting s -> stop.isDone() ? end(new Outcome.Completed()) : start(job);
        case Transforming t -> stop.isDone() ? end(new Outcome.Completed()) : transform(job);
        case Ended e -> job;
      };
    } catch (TransformFailure e) {
      return end(failed("", e));
    } catch (ImageNotFoundException e) {
      return end(failed("ClientError: ", e));
    } catch (EngineUnavailableException e) {
      return end(failed("InternalServerError: containers cannot be run: ", e));
    } catch (EngineException e) {
      return end(failed("ClientError: the container could not be run: ", e));
    } catch (KeyRefusedException e) {
      return end(
          failed(
              "ClientError: TransformOutput.KmsKeyId %s is no key of this store: "
                  .formatted(job.spec().output().kmsKeyId().orElse("")),
              e));
    } catch (ObjectStoreException e) {
      return end(failed("InternalServerError: S3: ", e));
    } catch (IOException
        | RuntimeException
        | Error e) { // an Error too must not leave it InProgress
      log.error("transform job {} met an unexpected error", job.arn(), e);
      return end(failed("InternalServerError: " + e));
    }
  }

  private TransformJob start(TransformJob job) throws IOException {
    ObjectStore objects = context.serving().objects();
    String bucket = job.spec().output().path().bucket();
    if (!objects.hasBucket(bucket)) {
      throw TransformFailure.client(
          "TransformOutput.S3OutputPath names bucket %s, which does not exist".formatted(bucket));
    }
    Files.createDirectories(folder.root());
    InputList.write(objects, job.spec().input(), folder.inputs());
    return update(TransformJob::transforming);
  }

  private TransformJob transform(TransformJob job) throws IOException, InterruptedException {
    int count = InputList.count(folder.inputs(), job.spec().instanceCount());
    try (InputQueue queue = InputQueue.open(folder)) {
      List<TransformInstance> instances =
          IntStream.rangeClosed(1, count).mapToObj(n -> instance(job, n, queue)).toList();
      Together.run(instances, stop);
      return end(
          queue.failure().<Outcome>map(TransformRun::failed).orElse(new Outcome.Completed()));
    }
  }

  private TransformInstance instance(TransformJob job, int number, InputQueue queue) {
    return new TransformInstance(context, scope, job, number, queue, running::add, stop::isDone);
  }

  /** The scratch folder goes last: while it is there, the next start cleans up once more. */
  private void cleanUp(TransformJob job) {
    try {
      removeContainers(job);
      context.serving().engine().deleteFolder(folder.root());
    } catch (EngineUnavailableException e) {
      log.warn("{} is cleaned up at the next start: {}", job.arn(), e.getMessage());
    } catch (EngineException e) {
      log.error("{} could not be cleaned up", job.arn(), e);
    }
  }

  /** Those that are known here end with their whole log; then what a crash left is swept. */
  private void removeContainers(TransformJob job) {
    List<Thread> ends =
        running.stream().map(instance -> Thread.ofVirtual().start(instance::close)).toList();
    boolean interrupted = false;
    for (Thread end : ends) {
      interrupted |= !joined(end);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    ModelInstance.sweep(context.serving().engine(), Labels.ARN, job.arn().toString(), Set.of());
  }

  /** A shutdown, too, waits until containers have ended; tells whether nobody interrupted it. */
  private static boolean joined(Thread thread) {
    boolean calm = true;
    while (true) {
      try {
        thread.join();
        return calm;
      } catch (InterruptedException e) {
        calm = false;
      }
    }
  }

  private TransformJob end(Outcome outcome) throws InterruptedException {
    if (letGo && outcome instanceof Outcome.Failed failed) {
      log.debug("transform job {} is let go of: {}", name, failed.reason());
      throw new InterruptedException("the emulator stops"); // which is no fault of the job
    }
    return update((job, now) -> job.ended(outcome, now));
  }

  private static Outcome failed(String whose, Exception e) {
    return failed(whose + e.getMessage());
  }

  private static Outcome failed(String reason) {
    return new Outcome.Failed(reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS)));
  }

  private TransformJob update(BiFunction<TransformJob, Instant, TransformJob> change) {
    return context
        .records()
        .update(scope, name, job -> change.apply(job, context.serving().timeline().now()))
        .orElseThrow(() -> new IllegalStateException("record of job " + name + " is gone"));
  }

  private TransformJob record() {
    return context
        .records()
        .find(scope, name)
        .orElseThrow(() -> new IllegalStateException("record of job " + name + " is gone"));
  }
}
