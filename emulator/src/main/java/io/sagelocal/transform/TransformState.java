package io.sagelocal.transform;

import java.time.Instant;

/** Where a TransformJob is; each state holds only what exists in it. */
public sealed interface TransformState {

  /** The input's objects are listed. */
  record Starting() implements TransformState {}

  /** The model's containers run and get the input's records. */
  record Transforming() implements TransformState {}

  /** Over, for good. */
  record Ended(Outcome outcome, Instant at) implements TransformState {}

  /** How a job ended. */
  sealed interface Outcome {
    record Completed() implements Outcome {}

    /** The reason says whose error it was: {@code AlgorithmError: …}, {@code ClientError: …}. */
    record Failed(String reason) implements Outcome {}

    record Stopped() implements Outcome {}
  }
}
