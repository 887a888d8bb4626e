package io.sagelocal.machine;

import io.sagelocal.aws.InstanceType;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Limits;
import io.sagelocal.engine.MachineSize;
import java.util.List;
import java.util.Optional;

/**
 * What a host of an instance type gets of this machine: what the type has, and no more than there
 * is. Each method may ask the engine.
 */
public final class Machine {
  private static final int LEAST_HOSTS = 4;
  private static final int HOSTS_PER_CPU = 2;

  /** As Linux sizes it by itself. */
  private static final int MEMORY_PER_SHARED = 2;

  private final ContainerEngine engine;
  private final MachineSettings settings;

  public Machine(ContainerEngine engine, MachineSettings settings) {
    this.engine = engine;
    this.settings = settings;
  }

  /** The limits of a host, without GPUs; a type that is not known has none. */
  public Limits limits(InstanceType type) {
    MachineSize size = engine.machine();
    Optional<InstanceType.Shape> shape = settings.limits() ? type.shape() : Optional.empty();
    Optional<Long> memory =
        shape.map(InstanceType.Shape::memoryBytes).filter(bytes -> bytes < size.memoryBytes());
    return new Limits(
        shape.map(has -> (double) has.cpus()).filter(cpus -> cpus < size.cpus()),
        memory,
        settings.sharedMemoryBytes().orElse(memory.orElse(size.memoryBytes()) / MEMORY_PER_SHARED),
        List.of());
  }

  /**
   * How many GPUs a host of this type gets when nobody else has any.
   *
   * @throws EngineException in {@link GpuMode#REQUIRE} when the machine has fewer than the type
   */
  public int gpus(InstanceType type) {
    if (type.gpus() == 0 || settings.gpu() == GpuMode.OFF) {
      return 0;
    }
    int there = gpus().size();
    if (settings.gpu() == GpuMode.REQUIRE && there < type.gpus()) {
      throw new EngineException(
          "%s has %d GPU(s), but this machine can give containers %d. Install the NVIDIA Container"
                  .formatted(type, type.gpus(), there)
              + " Toolkit and run `nvidia-ctk runtime configure --runtime=docker`, choose another"
              + " instance type, or start the emulator with --gpu auto");
    }
    return Math.min(type.gpus(), there);
  }

  /** The names of the GPUs that hosts may get; none when they are switched off. */
  public List<String> gpus() {
    return settings.gpu() == GpuMode.OFF ? List.of() : engine.gpus();
  }

  /** Whether work that was meant for GPUs runs on the processors, as there are no GPUs for it. */
  public boolean cpuInstead() {
    return settings.gpu() != GpuMode.REQUIRE && gpus().isEmpty();
  }

  /** How many hosts run at one time. */
  int places() {
    int suiting = Math.max(LEAST_HOSTS, HOSTS_PER_CPU * engine.machine().cpus());
    int asked = settings.hosts().orElse(suiting);
    return asked == 0 ? Integer.MAX_VALUE : asked;
  }
}
