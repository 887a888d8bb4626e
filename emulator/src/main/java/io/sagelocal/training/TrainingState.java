package io.sagelocal.training;

import io.sagelocal.engine.Exit;
import io.sagelocal.objects.S3Uri;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a TrainingJob is; each state holds only what exists in it. */
public sealed interface TrainingState {

  /** The image is looked for, and pulled where needed; then a place on the machine is awaited. */
  record Starting() implements TrainingState {}

  /** The channels' objects are put into the hosts' input folders. */
  record Downloading() implements TrainingState {}

  /**
   * The hosts' containers run.
   *
   * @param attempt when this attempt's containers were asked for; names their log streams. A
   *     restart that finds no container begins another attempt
   * @param gpus the names of the GPUs that each host has; none for a host that is not named
   */
  record Training(Instant attempt, Map<String, List<String>> gpus) implements TrainingState {
    public Training {
      gpus = Map.copyOf(gpus);
    }

    /** The GPUs of a host. */
    List<String> gpusOf(String host) {
      return gpus.getOrDefault(host, List.of());
    }
  }

  /**
   * The containers have ended; what they left goes to S3.
   *
   * @param attempt the attempt that has ended
   * @param exits how each host ended
   * @param failed the host whose failure ended the others, when one did
   */
  record Uploading(Instant attempt, Map<String, Exit> exits, Optional<String> failed)
      implements TrainingState {
    public Uploading {
      exits = Map.copyOf(exits);
    }
  }

  /**
   * Over, for good.
   *
   * @param artifacts the model.tar.gz, when one was written
   */
  record Ended(Outcome outcome, Optional<S3Uri> artifacts, Instant at) implements TrainingState {}

  /** How a job ended. */
  sealed interface Outcome {
    record Completed() implements Outcome {}

    /** The reason says whose error it was: {@code AlgorithmError: …}, {@code ClientError: …}. */
    record Failed(String reason) implements Outcome {}

    record Stopped(StopCause cause) implements Outcome {}
  }

  /** Why a job is told to stop. */
  enum StopCause {
    REQUEST,
    MAX_RUNTIME,
    MAX_WAIT_TIME,
    MAX_PENDING_TIME
  }
}
