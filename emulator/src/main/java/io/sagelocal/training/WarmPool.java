package io.sagelocal.training;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What SageMaker would keep of a job's instances for the next one. Here a job starts as quickly
 * without, so there is only its status to tell.
 *
 * @param status {@code InUse}, {@code Available} or {@code Terminated}
 * @param retained how long the instances have been kept since the job's end
 */
public record WarmPool(String status, Duration retained) {

  /** The warm pool of a job that asked for one. */
  static Optional<WarmPool> of(TrainingJob job, Instant now) {
    return job.spec()
        .keepAlive()
        .map(keep -> job.endTime().map(end -> of(keep, end, now)).orElse(inUse()));
  }

  private static WarmPool inUse() {
    return new WarmPool("InUse", Duration.ZERO);
  }

  private static WarmPool of(Duration keep, Instant end, Instant now) {
    Duration since = Duration.between(end, now);
    return since.compareTo(keep) < 0
        ? new WarmPool("Available", since)
        : new WarmPool("Terminated", keep);
  }
}
