package io.sagelocal.machine;

/** Whether hosts of an instance type with GPUs get this machine's. */
public enum GpuMode {
  /** As many as there are; on a machine without one the work runs on its processors. */
  AUTO,
  /** As many as the type has; with fewer the work is not done. */
  REQUIRE,
  /** None. */
  OFF
}
