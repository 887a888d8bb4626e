package io.sagelocal.serving;

import java.io.IOException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import org.jspecify.annotations.Nullable;

/** A container would not load a model; the message is what it answered. */
public final class LoadFailure extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int NO_STATUS = 0;

  private final int status;

  LoadFailure(int status, String message) {
    this(status, message, null);
  }

  private LoadFailure(int status, String message, @Nullable IOException cause) {
    super(message, cause);
    this.status = status;
  }

  static LoadFailure unanswered(String request, IOException cause) {
    return new LoadFailure(
        NO_STATUS, "%s was not answered: %s".formatted(request, cause.getMessage()), cause);
  }

  /** The HTTP status that the container answered; 0 when it did not. */
  public int status() {
    return status;
  }

  /** Whether there is no container that could be asked any more, as against one that is slow. */
  public boolean containerGone() {
    return status == NO_STATUS
        && (!(getCause() instanceof HttpTimeoutException)
            || getCause() instanceof HttpConnectTimeoutException);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
