package io.sagelocal.training;

/** A job cannot go on; the message is its FailureReason. */
final class TrainingFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private TrainingFailure(String reason) {
    super(reason);
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
