package io.sagelocal.training;

import io.sagelocal.state.Timeline;
import io.sagelocal.state.Timeline.Scheduled;
import io.sagelocal.training.TrainingState.StopCause;
import io.sagelocal.training.TrainingState.Training;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The moments at which a job is told to stop, each as long as what is returned is open. They are
 * counted from times on record, so that a restart of the emulator gives nobody more.
 */
final class TimeLimits {
  private final Timeline timeline;
  private final JobRecord record;
  private final StopSignal stop;

  TimeLimits(Timeline timeline, JobRecord record, StopSignal stop) {
    this.timeline = timeline;
    this.record = record;
    this.stop = stop;
  }

  /** A spot job's time from its creation to its end. */
  Scheduled whole(TrainingJob job) {
    return sinceCreation(job, job.spec().maxWaitTime(), StopCause.MAX_WAIT_TIME);
  }

  /** The time that a job may wait for its place. */
  Scheduled pending(TrainingJob job) {
    return sinceCreation(job, job.spec().maxPendingTime(), StopCause.MAX_PENDING_TIME);
  }

  /** The time that its hosts may run, in all attempts together. */
  Scheduled training(TrainingJob job, Training attempt) {
    Instant start = job.trainingStart().orElse(attempt.attempt());
    return at(start.plus(job.spec().maxRuntime()), StopCause.MAX_RUNTIME);
  }

  private Scheduled sinceCreation(TrainingJob job, Optional<Duration> most, StopCause cause) {
    return most.map(time -> at(job.creationTime().plus(time), cause)).orElse(() -> {});
  }

  private Scheduled at(Instant moment, StopCause cause) {
    return timeline.scheduleAt(
        moment,
        () -> {
          record.stop(cause);
          stop.give(cause);
        });
  }
}
