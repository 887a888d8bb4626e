package io.sagelocal.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import io.sagelocal.metrics.MetricStore;
import io.sagelocal.state.FakeTimeline;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvocationMetricsTest {
  private static final Scope HERE = new Scope(AccountId.DEFAULT, Region.DEFAULT);
  private static final Scope OTHER = new Scope(new AccountId("111111111111"), Region.DEFAULT);

  @TempDir Path folder;

  @Test
  void whatIsForgottenIsNotWrittenAndTheRestIs() {
    MetricStore store = new MetricStore(folder);
    FakeTimeline timeline = new FakeTimeline();
    InvocationMetrics metrics = new InvocationMetrics(store, timeline);
    metrics.count(HERE, "endpoint", "variant", 200, 1, 1);
    metrics.count(OTHER, "endpoint", "variant", 200, 1, 1);
    metrics.forget(OTHER.account()::equals);
    timeline.advance(Duration.ofSeconds(1));
    assertThat(store.list(HERE)).isNotEmpty();
    assertThat(store.list(OTHER)).isEmpty();

    metrics.count(OTHER, "endpoint", "variant", 200, 1, 1);
    timeline.advance(Duration.ofSeconds(1));
    assertThat(store.list(OTHER)).as("later ones count again").isNotEmpty();
  }
}
