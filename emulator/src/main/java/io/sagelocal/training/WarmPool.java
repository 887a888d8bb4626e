package io.sagelocal.training;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What SageMaker would keep of a job's instances for the next one that matches. Here a job starts
 * as quickly without, so there is only its status to tell.
 *
 * @param retained how long the instances have been kept since the job's end
 * @param reusedBy the job that they moved to
 */
public record WarmPool(Status status, Duration retained, Optional<String> reusedBy) {

  /** Where a pool is. */
  public enum Status {
    IN_USE("InUse"),
    AVAILABLE("Available"),
    REUSED("Reused"),
    TERMINATED("Terminated");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    /** As the API spells it. */
    public String word() {
      return word;
    }
  }

  /** That a pool moved to another job. */
  record Reuse(String job, Instant at) {}

  /** The warm pool of a job that asked for one. */
  static Optional<WarmPool> of(TrainingJob job, Instant now) {
    return job.spec()
        .keepAlive()
        .map(keep -> job.endTime().map(end -> of(job, keep, end, now)).orElseGet(WarmPool::inUse));
  }

  private static WarmPool inUse() {
    return new WarmPool(Status.IN_USE, Duration.ZERO, Optional.empty());
  }

  private static WarmPool of(TrainingJob job, Duration keep, Instant end, Instant now) {
    if (job.reuse().isPresent()) {
      Reuse reuse = job.reuse().get();
      return new WarmPool(
          Status.REUSED, Duration.between(end, reuse.at()), Optional.of(reuse.job()));
    }
    Duration since = Duration.between(end, now);
    return since.compareTo(keep) < 0
        ? new WarmPool(Status.AVAILABLE, since, Optional.empty())
        : new WarmPool(Status.TERMINATED, keep, Optional.empty());
  }
}
