package io.sagelocal.transform;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.transform.TransformState.Ended;
import io.sagelocal.transform.TransformState.Outcome;
import io.sagelocal.transform.TransformState.Starting;
import io.sagelocal.transform.TransformState.Transforming;
import java.time.Instant;
import java.util.Optional;

/**
 * One TransformJob at one moment. Each method that changes something answers a new value; an ended
 * job answers itself, so that nothing changes a terminal status.
 *
 * @param model the CreateModel request of its model, as it was when the job was created
 * @param stopping whether it was told to stop
 * @param transformStart when its containers were first asked for
 */
public record TransformJob(
    Arn arn,
    TransformJobSpec spec,
    Document model,
    Instant creationTime,
    Instant lastModifiedTime,
    TransformState state,
    boolean stopping,
    Optional<Instant> transformStart) {

  static TransformJob created(Arn arn, TransformJobSpec spec, Document model, Instant now) {
    return new TransformJob(arn, spec, model, now, now, new Starting(), false, Optional.empty());
  }

  /** The TransformJobStatus that the API answers. */
  public String status() {
    if (state instanceof Ended ended) {
      return switch (ended.outcome()) {
        case Outcome.Completed c -> "Completed";
        case Outcome.Failed f -> "Failed";
        case Outcome.Stopped s -> "Stopped";
      };
    }
    return stopping ? "Stopping" : "InProgress";
  }

  public boolean ended() {
    return state instanceof Ended;
  }

  /** When a job that ended did so. */
  public Optional<Instant> endTime() {
    return state instanceof Ended ended ? Optional.of(ended.at()) : Optional.empty();
  }

  /** Why a job that failed did so. */
  public Optional<String> failureReason() {
    return state instanceof Ended ended && ended.outcome() instanceof Outcome.Failed failed
        ? Optional.of(failed.reason())
        : Optional.empty();
  }

  TransformJob transforming(Instant now) {
    return ended()
        ? this
        : with(now, new Transforming(), stopping, transformStart.or(() -> Optional.of(now)));
  }

  TransformJob stopping(Instant now) {
    return ended() || stopping ? this : with(now, state, true, transformStart);
  }

  /** Ends the job. One that was told to stop has stopped, however its containers took it. */
  TransformJob ended(Outcome outcome, Instant now) {
    return ended()
        ? this
        : with(
            now,
            new Ended(stopping ? new Outcome.Stopped() : outcome, now),
            stopping,
            transformStart);
  }

  private TransformJob with(
      Instant modified, TransformState next, boolean told, Optional<Instant> start) {
    return new TransformJob(arn, spec, model, creationTime, modified, next, told, start);
  }
}
