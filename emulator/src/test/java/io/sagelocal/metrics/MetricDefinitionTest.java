package io.sagelocal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class MetricDefinitionTest {

  @Test
  void theFirstGroupIsTheValue() {
    assertThat(values("Validation-(accuracy)=([0-9.]+)", "Epoch[1] Validation-accuracy=0.9"))
        .as("a first group that is no number")
        .isEmpty();
    assertThat(values("accuracy=([0-9.]+)", "Epoch[1] Validation-accuracy=0.9"))
        .containsExactly(0.9);
    assertThat(values("loss: (.*?);", "loss: 1e-3; loss: -2; loss: n/a; loss: NaN;"))
        .containsExactly(0.001, -2.0);
    assertThat(values("[0-9]+", "no group: 12")).containsExactly(12.0);
    assertThat(values("loss: (.*?);", "accuracy: 1;")).isEmpty();
  }

  @Test
  void aLineOfAnyLengthTakesTimeThatGrowsWithItAlone() {
    String line = "a".repeat(80_000);
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10), () -> assertThat(values("(a*)*b", line)).isEmpty());
  }

  @Test
  void anExpressionThatLooksAroundIsRefusedByName() {
    assertThatThrownBy(() -> values("(?<=loss: )[0-9]+", ""))
        .isInstanceOf(ServiceError.class)
        .hasMessageContaining("(?<=loss: )[0-9]+")
        .hasMessageContaining("metric m");
  }

  private static List<Double> values(String regex, String line) {
    return MetricDefinition.of(new Document(Map.of("Name", "m", "Regex", regex)))
        .finder()
        .values(line);
  }
}
