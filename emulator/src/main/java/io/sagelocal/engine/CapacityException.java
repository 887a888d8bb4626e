package io.sagelocal.engine;

/** There is no room for another container; a later try may find some. */
public final class CapacityException extends EngineException {
  private static final long serialVersionUID = 1L;

  /** In the words that SageMaker has for it. */
  public CapacityException() {
    super(
        "Unable to provision requested ML compute capacity. Please retry using a different ML"
            + " instance type.");
  }
}
