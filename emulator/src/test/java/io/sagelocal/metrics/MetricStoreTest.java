package io.sagelocal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricStoreTest {
  private static final Scope SCOPE = new Scope(AccountId.DEFAULT, Region.DEFAULT);
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric LOSS =
      Metric.of("space", "a/loss: \u00fc" + "x".repeat(250), Map.of("Job", "j"));

  @TempDir Path folder;
  private MetricStore store;

  @BeforeEach
  void open() {
    store = new MetricStore(folder);
  }

  @Test
  void whatIsPutIsThereAfterARestart() {
    store.put(SCOPE, LOSS, List.of(Datum.of(NOON, 1), Datum.of(NOON.plusSeconds(1), 3)));
    open();
    store.put(SCOPE, LOSS, "other", List.of(Datum.of(NOON.plusSeconds(2), 5, 2, "Percent")));
    assertThat(store.list(SCOPE)).containsExactly(LOSS);
    assertThat(store.list(new Scope(AccountId.DEFAULT, new Region("eu-west-1")))).isEmpty();
    assertThat(store.last(SCOPE, LOSS)).contains(Datum.of(NOON.plusSeconds(2), 5, 2, "Percent"));
    assertThat(read(Duration.ofSeconds(1), Optional.empty()))
        .containsExactly(
            Datum.of(NOON, 1),
            Datum.of(NOON.plusSeconds(1), 3),
            Datum.of(NOON.plusSeconds(2), 5, 2, "Percent"));
  }

  @Test
  void aPeriodHasTheStatisticsOfItsData() {
    store.put(SCOPE, LOSS, List.of(Datum.of(NOON.minusMillis(1), 100), Datum.of(NOON, 1)));
    store.put(SCOPE, LOSS, "b", List.of(Datum.of(NOON.plusSeconds(59), 4)));
    store.put(SCOPE, LOSS, List.of(Datum.of(NOON.plusSeconds(60), 7)));
    store.put(SCOPE, LOSS, List.of(Datum.of(NOON.plusSeconds(3600), 100)));
    List<Datum> read = read(Duration.ofMinutes(1), Optional.of("None"));
    assertThat(read)
        .containsExactly(new Datum(NOON, 2, 5, 1, 4, "None"), Datum.of(NOON.plusSeconds(60), 7));
    assertThat(read.getFirst().average()).isEqualTo(2.5);
    assertThat(read(Duration.ofMinutes(1), Optional.of("Count"))).isEmpty();
  }

  @Test
  void dataOfTwoUnitsAreNotAddedUp() {
    store.put(SCOPE, LOSS, List.of(Datum.of(NOON, 1, 1, "Bytes"), Datum.of(NOON, 2, 1, "Count")));
    assertThat(read(Duration.ofMinutes(1), Optional.empty())).hasSize(2);
  }

  @Test
  void aSourceThatIsReadAgainCountsOnce() {
    store.put(SCOPE, LOSS, "log", List.of(Datum.of(NOON, 1)));
    store.put(SCOPE, LOSS, "another", List.of(Datum.of(NOON, 2)));
    store.forget(SCOPE, LOSS, "log");
    store.put(SCOPE, LOSS, "log", List.of(Datum.of(NOON, 1)));
    assertThat(read(Duration.ofMinutes(1), Optional.empty()))
        .extracting(Datum::count)
        .containsExactly(2.0);
  }

  @Test
  void aCrashMayLeaveHalfARecord() throws IOException {
    store.put(SCOPE, LOSS, List.of(Datum.of(NOON, 1)));
    try (Stream<Path> files = Files.walk(folder)) {
      Path file = files.filter(each -> each.toString().endsWith(".data")).findAny().orElseThrow();
      Files.write(file, new byte[17], StandardOpenOption.APPEND);
    }
    open();
    assertThat(store.last(SCOPE, LOSS)).contains(Datum.of(NOON, 1));
    store.put(SCOPE, LOSS, List.of(Datum.of(NOON.plusSeconds(1), 2)));
    assertThat(read(Duration.ofSeconds(1), Optional.empty()))
        .containsExactly(Datum.of(NOON, 1), Datum.of(NOON.plusSeconds(1), 2));
  }

  private List<Datum> read(Duration period, Optional<String> unit) {
    return store.statistics(SCOPE, LOSS, NOON, NOON.plusSeconds(3600), period, unit);
  }
}
