package io.sagelocal.machine;

import java.util.Optional;

/**
 * How the machine is shared.
 *
 * @param limits whether a host gets no more than its instance type has
 * @param gpu whether hosts get GPUs
 * @param hosts how many training hosts run at one time; 0 for any number; empty for what suits the
 *     machine
 * @param sharedMemoryBytes size of a host's /dev/shm; empty for half of the host's memory
 */
public record MachineSettings(
    boolean limits, GpuMode gpu, Optional<Integer> hosts, Optional<Long> sharedMemoryBytes) {

  /** What somebody gets who says nothing. */
  public static final MachineSettings DEFAULT =
      new MachineSettings(true, GpuMode.AUTO, Optional.empty(), Optional.empty());
}
