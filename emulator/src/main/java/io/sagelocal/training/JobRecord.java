package io.sagelocal.training;

import io.sagelocal.aws.Scope;
import io.sagelocal.training.TrainingState.StopCause;
import java.time.Instant;
import java.util.function.BiFunction;

/** The record of a job on its way; what changes it is given the time at which it does. */
final class JobRecord {
  private final TrainingContext context;
  private final Scope scope;
  private final String name;

  JobRecord(TrainingContext context, Scope scope, String name) {
    this.context = context;
    this.scope = scope;
    this.name = name;
  }

  /** The job as it is now. */
  TrainingJob job() {
    return context.records().find(scope, name).orElseThrow(this::gone);
  }

  /** Writes the job down as the function has it. */
  TrainingJob update(BiFunction<TrainingJob, Instant, TrainingJob> change) {
    return context
        .records()
        .update(scope, name, job -> change.apply(job, context.timeline().now()))
        .orElseThrow(this::gone);
  }

  /** Tells the job to stop; one that has ended, or is deleted, stays as it is. */
  void stop(StopCause cause) {
    context.records().update(scope, name, job -> job.stopping(cause, context.timeline().now()));
  }

  private IllegalStateException gone() {
    return new IllegalStateException("record of job " + name + " is gone");
  }
}
