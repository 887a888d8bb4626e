package io.sagelocal.serving;

/** A container would not load a model; the message is what it answered. */
public final class LoadFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  LoadFailure(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status that the container answered; 0 when it did not. */
  public int status() {
    return status;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
