package io.sagelocal.transform;

/** A job, or one file of it, cannot go on; the message is fit for a FailureReason. */
final class TransformFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String whose;
  private final String what;

  private TransformFailure(String whose, String what) {
    super(whose + ": " + what);
    this.whose = whose;
    this.what = what;
  }

  /** What the job's creator can mend. */
  static TransformFailure client(String what) {
    return new TransformFailure("ClientError", what);
  }

  /** What the model's container did. */
  static TransformFailure algorithm(String what) {
    return new TransformFailure("AlgorithmError", what);
  }

  /** The same failure with the place where it happened; an empty place adds nothing. */
  TransformFailure at(String where) {
    return where.isEmpty() ? this : new TransformFailure(whose, where + ": " + what);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
