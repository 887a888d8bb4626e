package io.sagelocal.engine;

import java.util.List;
import java.util.Optional;

/**
 * How much of the machine a container gets.
 *
 * @param cpus processors, in parts of one too; empty for all
 * @param memoryBytes beyond which it is killed; empty for all
 * @param sharedMemoryBytes size of /dev/shm
 * @param gpus names of {@link ContainerEngine#gpus}, or {@link #ALL_GPUS}; empty for none. A
 *     container that asks never starts without them
 */
public record Limits(
    Optional<Double> cpus, Optional<Long> memoryBytes, long sharedMemoryBytes, List<String> gpus) {

  /** Every GPU there is. */
  public static final List<String> ALL_GPUS = List.of("all");

  public Limits {
    gpus = List.copyOf(gpus);
  }

  /** The whole machine, without a GPU. */
  public static Limits none(long sharedMemoryBytes) {
    return new Limits(Optional.empty(), Optional.empty(), sharedMemoryBytes, List.of());
  }

  /** The same with these GPUs. */
  public Limits withGpus(List<String> names) {
    return new Limits(cpus, memoryBytes, sharedMemoryBytes, names);
  }
}
