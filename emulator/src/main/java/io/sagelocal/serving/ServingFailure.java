package io.sagelocal.serving;

/** A model container did not come up; the message is fit for a FailureReason. */
public final class ServingFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean abandoned;

  public ServingFailure(String message) {
    super(message);
    this.abandoned = false;
  }

  public ServingFailure(String message, Throwable cause) {
    super(message, cause);
    this.abandoned = false;
  }

  private ServingFailure(String message, boolean abandoned) {
    super(message);
    this.abandoned = abandoned;
  }

  /** Nobody wanted it any more. */
  static ServingFailure abandoned() {
    return new ServingFailure("It was deleted while it started", true);
  }

  /** Why, in words for the endpoint's owner. */
  public String reason() {
    return String.valueOf(getMessage());
  }

  /** Whether it only ended because nobody wanted it any more. */
  boolean wasAbandoned() {
    return abandoned;
  }
}
