package io.sagelocal.engine;

/** A container runs, and there can be no way to its ports; a later try will find none either. */
public final class UnreachableException extends EngineException {
  private static final long serialVersionUID = 1L;

  public UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
