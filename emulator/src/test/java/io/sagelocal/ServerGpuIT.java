package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.docker.FakeGpus;
import io.sagelocal.docker.FakeGpus.Given;
import io.sagelocal.docker.TestDocker;
import io.sagelocal.machine.GpuMode;
import io.sagelocal.machine.MachineSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Docker is asked for when jobs and endpoints are to have GPUs, with a Docker of the test's
 * own that gives some which are not there.
 */
class ServerGpuIT {
  private static final String FOUR_GPUS = "ml.p3.8xlarge";
  private static final String ONE_GPU = "ml.p2.xlarge";
  private static final String LIST = "nvidia-smi -L; ";
  private static final String UNTIL_TOLD =
      "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done";

  /** A model server in perl. */
  static final String SERVES =
      """
      use IO::Socket::INET; $SIG{TERM} = sub { exit 0 };
      my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5) or die;
      while (my $c = $s->accept) { while (<$c>) { last if /^\\s*$/ }
      print $c qq(HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok); close $c }
      """
          .replace("\n", " ");

  @TempDir Path data;

  @Test
  void jobsHaveGpusOfTheirOwnAndTheThirdWaits() throws Exception {
    FakeGpus gpus = FakeGpus.byRuntime(8);
    try (TestDocker docker = TestDocker.open(gpus);
        DockerServer emulator = emulator(docker, gpus.smiFolder(), GpuMode.AUTO)) {
      TestServer server = emulator.server();
      emulator.train("first", FOUR_GPUS, LIST + UNTIL_TOLD);
      emulator.awaitLines("first", 5);
      emulator.train("second", FOUR_GPUS, LIST + UNTIL_TOLD);
      emulator.awaitLines("second", 5);
      emulator.train("third", FOUR_GPUS, LIST);
      server.await(
          "DescribeTrainingJob",
          Map.of("TrainingJobName", "third"),
          job -> job.path("SecondaryStatusTransitions").toString().contains("Waiting"));
      emulator.train("without", "ml.m5.large", "type nvidia-smi || echo no GPU");
      server.awaitJob("without", "Completed");
      assertThat(server.trainingLog("without")).last().isEqualTo("no GPU");
      assertThat(gpus.given())
          .containsExactly(new Given("algo-1", "0,1,2,3"), new Given("algo-1", "4,5,6,7"));
      server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "first"));
      server.awaitJob("third", "Completed");
      assertThat(gpus.given()).last().isEqualTo(new Given("algo-1", "0,1,2,3"));
      assertThat(server.trainingLog("second")).first().asString().startsWith("GPU 4: ");
      server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "second"));
      server.awaitJob("second", "Stopped");
    }
  }

  @Test
  void endpointsHaveGpusToo() throws Exception {
    FakeGpus gpus = FakeGpus.byRuntime(2);
    try (TestDocker docker = TestDocker.open(gpus);
        DockerServer emulator = emulator(docker, Path.of("/nonexistent"), GpuMode.REQUIRE)) {
      docker.image("serves", SERVES);
      TestServer server = emulator.server();
      server.sagemaker("CreateModel", Requests.imageModel("model", "serves"));
      deploy(server, "one", ONE_GPU);
      deploy(server, "other", ONE_GPU);
      deploy(server, "without", "ml.m5.large");
      assertThat(server.invoke("one", "x").body()).isEqualTo("ok");
      List<Given> given = gpus.given();
      assertThat(given)
          .first()
          .as("the emulator looks what there is")
          .returns("all", Given::visible);
      assertThat(given.subList(1, given.size()))
          .containsExactly(new Given("model", "0"), new Given("model", "1"));
      emulator.train("too-many", FOUR_GPUS, LIST);
      assertThat(server.awaitJob("too-many", "Failed").path("FailureReason").asText())
          .contains("ml.p3.8xlarge has 4 GPU(s), but this machine can give containers 2");
    }
  }

  @Test
  void aDockerWithoutTheRuntimeIsAskedForDevices() throws Exception {
    FakeGpus gpus = FakeGpus.byRequest(2);
    try (TestDocker docker = TestDocker.open(gpus)) {
      try (DockerServer emulator = emulator(docker, gpus.smiFolder(), GpuMode.AUTO)) {
        emulator.train("job", FOUR_GPUS, LIST);
        JsonNode job = emulator.server().awaitJob("job", "Completed");
        assertThat(gpus.given()).containsExactly(new Given("algo-1", "0,1"));
        assertThat(emulator.server().trainingLog("job")).hasSize(2);
        assertThat(job.path("SecondaryStatusTransitions").toString())
            .contains("ml.p3.8xlarge has 4 GPU(s), a host here gets 2");
      }
      try (DockerServer emulator = emulator(docker, gpus.smiFolder(), GpuMode.OFF)) {
        emulator.train("off", FOUR_GPUS, "type nvidia-smi || echo no GPU");
        emulator.server().awaitJob("off", "Completed");
        assertThat(emulator.server().trainingLog("off")).last().isEqualTo("no GPU");
        assertThat(gpus.given()).hasSize(1);
      }
    }
  }

  @Test
  void aRuntimeWithoutADriverGivesNoGpuAndTheJobRunsOnTheProcessors() throws Exception {
    FakeGpus gpus = FakeGpus.byRuntime(0);
    try (TestDocker docker = TestDocker.open(gpus);
        DockerServer emulator = emulator(docker, Path.of("/nonexistent"), GpuMode.AUTO)) {
      emulator.train("job", ONE_GPU, "echo trained");
      JsonNode job = emulator.server().awaitJob("job", "Completed");
      assertThat(job.path("SecondaryStatusTransitions").toString())
          .contains("ml.p2.xlarge has 1 GPU(s), a host here gets 0");
      assertThat(gpus.given()).as("the emulator looked").hasSize(1);
    }
  }

  /** The whole server on such a Docker; a folder of nvidia-smi may be first on its PATH. */
  private DockerServer emulator(TestDocker docker, Path smi, GpuMode mode) throws IOException {
    Map<String, String> environment = new HashMap<>(docker.environment());
    environment.merge("PATH", smi.toString(), (path, first) -> first + ":" + path);
    return new DockerServer(
        data, environment, new MachineSettings(true, mode, Optional.of(0), Optional.empty()));
  }

  private static void deploy(TestServer server, String name, String type)
      throws IOException, InterruptedException {
    Map<String, Object> variant =
        Map.of(
            "VariantName",
            "v",
            "ModelName",
            "model",
            "InitialInstanceCount",
            1,
            "InstanceType",
            type);
    server.sagemaker(
        "CreateEndpointConfig",
        Map.of("EndpointConfigName", name, "ProductionVariants", List.of(variant)));
    server.sagemaker("CreateEndpoint", Requests.endpoint(name, name));
    server.awaitEndpoint(name, "InService");
  }
}
