package io.sagelocal.training;

import io.sagelocal.aws.Arn;
import io.sagelocal.engine.Exit;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.training.TrainingState.Downloading;
import io.sagelocal.training.TrainingState.Ended;
import io.sagelocal.training.TrainingState.Outcome;
import io.sagelocal.training.TrainingState.Starting;
import io.sagelocal.training.TrainingState.StopCause;
import io.sagelocal.training.TrainingState.Training;
import io.sagelocal.training.TrainingState.Uploading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One TrainingJob at one moment. Each method that changes something answers a new value; an ended
 * job answers itself, so that nothing changes a terminal status.
 *
 * @param stop why it was told to stop, from then on
 * @param retries how often it has been begun anew, as its RetryStrategy allows
 * @param trainingStart when its containers were first asked for
 * @param trainingEnd when they had ended
 * @param reuse what took its warm pool over, after its end
 */
public record TrainingJob(
    Arn arn,
    TrainingJobSpec spec,
    Instant creationTime,
    Instant lastModifiedTime,
    TrainingState state,
    Optional<StopCause> stop,
    int retries,
    Optional<Instant> trainingStart,
    Optional<Instant> trainingEnd,
    List<Transition> transitions,
    Optional<WarmPool.Reuse> reuse) {

  private static final String WAITING =
      "Preparing the instances for training. Waiting until other jobs have left room for this one";

  public TrainingJob {
    transitions = List.copyOf(transitions);
  }

  static TrainingJob created(Arn arn, TrainingJobSpec spec, Instant now) {
    return new TrainingJob(
            arn,
            spec,
            now,
            now,
            new Starting(),
            Optional.empty(),
            0,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty())
        .entering("Starting", "Preparing the instances for training", now);
  }

  /** The TrainingJobStatus that the API answers. */
  public String status() {
    if (state instanceof Ended ended) {
      return switch (ended.outcome()) {
        case Outcome.Completed c -> "Completed";
        case Outcome.Failed f -> "Failed";
        case Outcome.Stopped s -> "Stopped";
      };
    }
    return stop.isPresent() ? "Stopping" : "InProgress";
  }

  /** The SecondaryStatus that the API answers. */
  public String secondaryStatus() {
    return transitions.getLast().status();
  }

  public boolean ended() {
    return state instanceof Ended;
  }

  /** Whether it waits in line until other jobs have left room for it. */
  boolean isWaiting() {
    return transitions.getLast().message().equals(WAITING);
  }

  /** Gets in line, and says so in its StatusMessage. */
  TrainingJob waiting(Instant now) {
    if (ended() || isWaiting()) {
      return this;
    }
    List<Transition> next = new ArrayList<>(transitions);
    next.add(next.removeLast().saying(WAITING));
    return with(now, state, stop, trainingStart, trainingEnd, next);
  }

  /** Begins anew after a failure that was not the job's own. */
  TrainingJob restarting(String reason, Instant now) {
    if (ended()) {
      return this;
    }
    return new TrainingJob(
            arn,
            spec,
            creationTime,
            now,
            new Starting(),
            stop,
            retries + 1,
            trainingStart,
            trainingEnd,
            transitions,
            reuse)
        .entering("Restarting", reason, now);
  }

  TrainingJob downloading(Instant now) {
    return ended()
        ? this
        : in(new Downloading(), now).entering("Downloading", "Downloading input data", now);
  }

  /**
   * Begins an attempt at training; a second attempt after a restart is no new transition.
   *
   * @param notes what its creator should know of how it is done
   */
  TrainingJob training(Map<String, List<String>> gpus, List<String> notes, Instant now) {
    if (ended()) {
      return this;
    }
    boolean again = state instanceof Training;
    TrainingJob next = in(new Training(now, gpus), now).trainingFrom(trainingStart.orElse(now));
    return again
        ? next
        : next.entering(
            "Training",
            "Training image download completed. Training in progress."
                + notes.stream().map(note -> " " + note + ".").collect(Collectors.joining()),
            now);
  }

  /** Goes back to the beginning: its instances were taken away. */
  TrainingJob interrupted(Instant now) {
    return ended()
        ? this
        : in(new Starting(), now)
            .entering(
                "Interrupted",
                "The job stopped because the managed spot training instances were interrupted",
                now)
            .entering("Starting", "Preparing the instances for training", now);
  }

  TrainingJob uploading(
      Instant attempt, Map<String, Exit> exits, Optional<String> failed, Instant now) {
    return ended()
        ? this
        : in(new Uploading(attempt, exits, failed), now)
            .trainingUntil(now)
            .entering("Uploading", "Uploading generated training model", now);
  }

  /** Tells the job to stop. The first cause stays. */
  TrainingJob stopping(StopCause cause, Instant now) {
    if (ended() || stop.isPresent()) {
      return this;
    }
    TrainingJob told =
        with(now, state, Optional.of(cause), trainingStart, trainingEnd, transitions);
    return switch (cause) {
      case REQUEST -> told.entering("Stopping", "Stopping the training job", now);
      case MAX_RUNTIME, MAX_WAIT_TIME, MAX_PENDING_TIME -> told.overTime(cause, now);
    };
  }

  /** Ends the job. One that was told to stop has stopped, however its containers took it. */
  TrainingJob ended(Outcome outcome, Optional<S3Uri> artifacts, Instant now) {
    if (ended()) {
      return this;
    }
    Outcome last = stop.<Outcome>map(Outcome.Stopped::new).orElse(outcome);
    TrainingJob over = in(new Ended(last, artifacts, now), now);
    return switch (last) {
      case Outcome.Completed c -> over.entering("Completed", "Training job completed", now);
      case Outcome.Failed f -> over.entering("Failed", f.reason(), now);
      case Outcome.Stopped s ->
          switch (s.cause()) {
            case REQUEST -> over.entering("Stopped", "Training job stopped", now);
            case MAX_RUNTIME, MAX_WAIT_TIME, MAX_PENDING_TIME -> over.overTime(s.cause(), now);
          };
    };
  }

  private TrainingJob overTime(StopCause limit, Instant now) {
    return switch (limit) {
      case REQUEST -> throw new IllegalArgumentException("a request is no time limit");
      case MAX_RUNTIME ->
          entering(
              "MaxRuntimeExceeded",
              "Training job runtime exceeded MaxRuntimeInSeconds provided",
              now);
      case MAX_WAIT_TIME ->
          entering(
              "MaxWaitTimeExceeded", "Training job exceeded MaxWaitTimeInSeconds provided", now);
      case MAX_PENDING_TIME ->
          entering(
              ended() ? "Stopped" : "Stopping",
              "Training job was pending for longer than MaxPendingTimeInSeconds provided",
              now);
    };
  }

  /** The same job with another request, which says nothing new to a run. */
  TrainingJob updated(TrainingJobSpec next, Instant now) {
    return new TrainingJob(
        arn,
        next,
        creationTime,
        now,
        state,
        stop,
        retries,
        trainingStart,
        trainingEnd,
        transitions,
        reuse);
  }

  /** The same job, whose warm pool has moved to another one. */
  TrainingJob reusedBy(String job, Instant now) {
    return new TrainingJob(
        arn,
        spec,
        creationTime,
        lastModifiedTime,
        state,
        stop,
        retries,
        trainingStart,
        trainingEnd,
        transitions,
        Optional.of(new WarmPool.Reuse(job, now)));
  }

  /** When a job that ended did so. */
  public Optional<Instant> endTime() {
    return state instanceof Ended ended ? Optional.of(ended.at()) : Optional.empty();
  }

  private TrainingJob in(TrainingState next, Instant now) {
    return with(now, next, stop, trainingStart, trainingEnd, transitions);
  }

  private TrainingJob trainingFrom(Instant start) {
    return with(lastModifiedTime, state, stop, Optional.of(start), trainingEnd, transitions);
  }

  private TrainingJob trainingUntil(Instant end) {
    return with(lastModifiedTime, state, stop, trainingStart, Optional.of(end), transitions);
  }

  private TrainingJob with(List<Transition> next) {
    return with(lastModifiedTime, state, stop, trainingStart, trainingEnd, next);
  }

  /** The same job with what a change may change. */
  private TrainingJob with(
      Instant modified,
      TrainingState nextState,
      Optional<StopCause> nextStop,
      Optional<Instant> start,
      Optional<Instant> end,
      List<Transition> nextTransitions) {
    return new TrainingJob(
        arn,
        spec,
        creationTime,
        modified,
        nextState,
        nextStop,
        retries,
        start,
        end,
        nextTransitions,
        reuse);
  }

  private TrainingJob entering(String status, String message, Instant now) {
    Optional<Instant> end = ended() ? Optional.of(now) : Optional.empty();
    return with(new Transition(status, message, now, end).after(transitions));
  }
}
