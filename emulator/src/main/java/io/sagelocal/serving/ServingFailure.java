package io.sagelocal.serving;

/** A model container did not come up; the message is fit for a FailureReason. */
public final class ServingFailure extends Exception {
  private static final long serialVersionUID = 1L;

  public ServingFailure(String message) {
    super(message);
  }

  public ServingFailure(String message, Throwable cause) {
    super(message, cause);
  }

  /** Why, in words for the endpoint's owner. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
