package io.sagelocal.state;

/** Records cannot be read or written now; nothing has changed, and a later try may succeed. */
public final class StateStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
