package io.sagelocal.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.aws.InstanceType;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.Limits;
import io.sagelocal.engine.MachineSize;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MachineTest {
  private static final long GIB = 1L << 30;
  private static final InstanceType SMALL = new InstanceType("ml.t3.medium");
  private static final InstanceType BIG = new InstanceType("ml.p3.16xlarge");
  private static final InstanceType UNKNOWN = new InstanceType("ml.z9.large");

  private final FakeContainerEngine engine =
      new FakeContainerEngine().machine(new MachineSize(16, 64 * GIB), "0", "1");

  @Test
  void aHostHasWhatItsTypeHasAndNoMoreThanTheMachine() {
    Machine machine = machine(true, GpuMode.AUTO);
    assertThat(machine.limits(SMALL))
        .isEqualTo(new Limits(Optional.of(2.0), Optional.of(4 * GIB), 2 * GIB, List.of()));
    assertThat(machine.limits(BIG))
        .isEqualTo(new Limits(Optional.empty(), Optional.empty(), 32 * GIB, List.of()));
    assertThat(machine.limits(UNKNOWN)).isEqualTo(machine.limits(BIG));
  }

  @Test
  void withoutLimitsAHostHasTheMachine() {
    assertThat(machine(false, GpuMode.AUTO).limits(SMALL))
        .isEqualTo(new Limits(Optional.empty(), Optional.empty(), 32 * GIB, List.of()));
  }

  @Test
  void sharedMemoryIsWhatTheSettingSays() {
    MachineSettings settings =
        new MachineSettings(true, GpuMode.AUTO, Optional.empty(), Optional.of(GIB));
    assertThat(new Machine(engine, settings).limits(SMALL).sharedMemoryBytes()).isEqualTo(GIB);
  }

  @Test
  void aHostGetsAsManyGpusAsItsTypeHasAndTheMachineCanGive() {
    Machine machine = machine(true, GpuMode.AUTO);
    assertThat(machine.gpus(SMALL)).isZero();
    assertThat(machine.gpus(new InstanceType("ml.p2.xlarge"))).isEqualTo(1);
    assertThat(machine.gpus(BIG)).isEqualTo(2);
    assertThat(machine.cpuInstead()).isFalse();
  }

  @Test
  void requireRefusesWhatTheMachineHasNot() {
    Machine machine = machine(true, GpuMode.REQUIRE);
    assertThat(machine.gpus(new InstanceType("ml.p2.xlarge"))).isEqualTo(1);
    assertThatThrownBy(() -> machine.gpus(BIG))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("ml.p3.16xlarge has 8 GPU(s)")
        .hasMessageContaining("can give containers 2")
        .hasMessageContaining("--gpu auto");
  }

  @Test
  void offGivesNone() {
    Machine machine = machine(true, GpuMode.OFF);
    assertThat(machine.gpus(BIG)).isZero();
    assertThat(machine.cpuInstead()).isTrue();
  }

  @Test
  void withoutGpusWorkForThemRunsOnProcessorsUnlessTheyAreRequired() {
    engine.machine(new MachineSize(2, GIB));
    assertThat(machine(true, GpuMode.AUTO).cpuInstead()).isTrue();
    assertThat(machine(true, GpuMode.REQUIRE).cpuInstead()).isFalse();
  }

  private Machine machine(boolean limits, GpuMode gpu) {
    return new Machine(
        engine, new MachineSettings(limits, gpu, Optional.empty(), Optional.empty()));
  }
}
