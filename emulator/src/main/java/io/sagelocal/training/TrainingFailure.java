package io.sagelocal.training;

/** A job cannot go on; the message is its FailureReason. */
final class TrainingFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean interruption;

  private TrainingFailure(String reason) {
    this(reason, false);
  }

  private TrainingFailure(String reason, boolean interruption) {
    super(reason);
    this.interruption = interruption;
  }

  /** The hosts were taken away; the job begins anew. */
  static TrainingFailure interruption() {
    return new TrainingFailure("the instances were taken away", true);
  }

  boolean isInterruption() {
    return interruption;
  }

  /** What the job's creator can mend. */
  static TrainingFailure client(String reason) {
    return new TrainingFailure("ClientError: " + reason);
  }

  /** What the machine did not give. */
  static TrainingFailure internal(String reason) {
    return new TrainingFailure("InternalServerError: " + reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
