package io.sagelocal.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoutingStrategyTest {
  private final List<Instance> instances = List.of(idle(), idle(), idle());

  @ParameterizedTest
  @EnumSource
  void everyIdleInstanceHasItsTurnAndNoneOfNoneHas(RoutingStrategy strategy) {
    Set<Instance> asked = new HashSet<>();
    for (int request = 0; request < 300; request++) {
      asked.add(strategy.choose(instances, request));
    }
    assertThat(asked).hasSize(3).containsAll(instances);
    assertThat(strategy.choose(List.of(), 0)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void requestsMayBeMoreThanTheirNumbers(RoutingStrategy strategy) {
    assertThat(strategy.choose(instances, Integer.MAX_VALUE)).isIn(instances);
  }

  @Test
  void whoHasFewestIsAskedWhateverTheTurn() {
    instances.get(0).claim();
    instances.get(2).claim();
    List<Instance> asked = new ArrayList<>();
    for (int request = 0; request < 3; request++) {
      asked.add(RoutingStrategy.LEAST_OUTSTANDING_REQUESTS.choose(instances, request));
    }
    assertThat(asked).containsOnly(instances.get(1));
  }

  /** One whose containers nobody asks for. */
  @SuppressWarnings("NullAway")
  private static Instance idle() {
    return new Instance("v", null);
  }
}
