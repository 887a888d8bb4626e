package io.sagelocal.objects;

/** The store does not encrypt with a key: it has no such key, or none at all. */
public final class KeyRefusedException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  public KeyRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
