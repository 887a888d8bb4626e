package io.sagelocal.engine;

/** The engine cannot be reached. */
public final class EngineUnavailableException extends EngineException {
  private static final long serialVersionUID = 1L;

  public EngineUnavailableException(String message) {
    super(message);
  }
}
