package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.MachineSize;
import io.sagelocal.engine.Program;
import io.sagelocal.machine.GpuMode;
import io.sagelocal.machine.MachineSettings;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which image runs for an official name, and how its owner hears of it. */
class ServerImagesTest {
  private static final String OFFICIAL =
      "520713654638.dkr.ecr.us-west-2.amazonaws.com/sagemaker-mxnet:1.2-%s-py3";
  private static final String LOCAL = "sagelocal/mxnet:1.2.1-%s-py3";
  private static final Program NOTHING = host -> 0;

  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private @Nullable TestServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void withoutAGpuAJobRunsOnTheProcessorsAndSaysSo() throws IOException, InterruptedException {
    engine.image(LOCAL.formatted("cpu"), NOTHING);
    JsonNode job = train(GpuMode.AUTO, "Completed");
    assertThat(job.path("SecondaryStatusTransitions"))
        .anySatisfy(transition ->
            assertThat(transition.path("StatusMessage").asText())
                .contains(LOCAL.formatted("cpu") + " runs: this machine has no GPU to offer"));
    assertThat(job.path("AlgorithmSpecification").path("TrainingImage").asText())
        .isEqualTo(OFFICIAL.formatted("gpu"));
  }

  @Test
  void whoRequiresAGpuGetsAnErrorWhereThereIsNone() throws IOException, InterruptedException {
    engine.image(LOCAL.formatted("cpu"), NOTHING).image(LOCAL.formatted("gpu"), NOTHING);
    JsonNode job = train(GpuMode.REQUIRE, "Failed");
    assertThat(job.path("FailureReason").asText())
        .contains("ml.p2.xlarge has 1 GPU(s), but this machine can give containers 0");
  }

  @Test
  void withAGpuTheImageForGpusRuns() throws IOException, InterruptedException {
    engine.image(LOCAL.formatted("gpu"), NOTHING).machine(new MachineSize(4, 16L << 30), "0");
    JsonNode job = train(GpuMode.AUTO, "Completed");
    assertThat(job.path("SecondaryStatusTransitions").toString()).doesNotContain("no GPU");
  }

  private JsonNode train(GpuMode gpu, String status) throws IOException, InterruptedException {
    MachineSettings machine = new MachineSettings(true, gpu, Optional.empty(), Optional.empty());
    TestServer started =
        new TestServer(data, engine, new FakeTimeline(), Duration.ZERO, machine, false);
    server = started;
    started.put("data/a.csv", "1,2");
    Map<String, Object> request = Requests.trainingJob("job", OFFICIAL.formatted("gpu"));
    request.put(
        "ResourceConfig",
        Map.of("InstanceType", "ml.p2.xlarge", "InstanceCount", 1, "VolumeSizeInGB", 1));
    started.sagemaker("CreateTrainingJob", request);
    return started.awaitJob("job", status);
  }
}
