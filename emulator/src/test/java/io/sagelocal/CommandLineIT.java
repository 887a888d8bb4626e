package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sagelocal.cli.Console;
import io.sagelocal.cli.Sagelocal;
import io.sagelocal.docker.FakeGpus;
import io.sagelocal.docker.TestDocker;
import io.sagelocal.machine.MachineSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that look at Docker itself, on a daemon of the test's own. */
class CommandLineIT {
  @TempDir Path data;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void cleanRemovesAllThatAnEmulatorMadeAndNothingElse() throws Exception {
    try (TestDocker docker = TestDocker.open()) {
      docker.run("network", "create", "of-somebody");
      docker.run("create", "--name", "of-somebody", TestDocker.IMAGE, "true");
      List<String> before = everything(docker);

      leaveAJobAndAnEndpoint(docker);
      assertThat(everything(docker))
          .as("there is something to remove")
          .hasSizeGreaterThan(before.size() + 3);
      Path kept = StoreSettings.cacheFolder(data).resolve("minio").resolve("files").resolve("0f");
      Files.writeString(Files.createDirectories(kept).resolve("object"), "bytes");
      assertThat(run(docker, "clean", "--output=json", "--data-dir=" + data)).isZero();
      JsonNode told = new ObjectMapper().readTree(told(out));
      assertThat(told.path("keptObjects").asInt()).isEqualTo(1);
      assertThat(kept).isEmptyDirectory();
      assertThat(told.path("containers")).hasSizeGreaterThan(2);
      assertThat(told.path("networks")).isNotEmpty();
      assertThat(told.path("images")).isEmpty();
      docker.run("image", "rm", "serves");
      assertThat(everything(docker)).containsExactlyInAnyOrderElementsOf(before);

      out.reset();
      assertThat(run(docker, "clean")).isZero();
      assertThat(told(out)).isEqualToIgnoringNewLines("Nothing to remove.");
    }
  }

  @Test
  void cleanTakesTheImagesTooWhenAsked() throws Exception {
    try (TestDocker docker = TestDocker.open()) {
      assertThat(run(docker, "clean", "--images")).isZero();
      assertThat(told(out)).isEqualToIgnoringNewLines("1 removed.");
      assertThat(docker.run("image", "ls", "--quiet")).isEmpty();
    }
  }

  @Test
  void doctorFindsWhatIsThereAndWhatIsWrong() throws Exception {
    FakeGpus gpus = FakeGpus.byRuntime(2);
    try (TestDocker docker = TestDocker.open(gpus)) {
      Map<String, String> environment = new HashMap<>(docker.environment());
      environment.merge("PATH", gpus.smiFolder().toString(), (path, smi) -> smi + ":" + path);
      assertThat(run(environment, "doctor", "--port=0", "--output=json", "--data-dir=" + data))
          .isZero();
      ObjectNode found = JsonNodeFactory.instance.objectNode();
      new ObjectMapper()
          .readTree(told(out))
          .forEach(row -> found.set(row.path("Check").asText(), row));
      assertThat(found.path("Docker").path("Result").asText()).isEqualTo("ok");
      assertThat(found.path("GPU").path("Found").asText()).isEqualTo("0, 1");
      assertThat(found.path("Images").path("Remedy").asText()).contains("images build");
      assertThat(found.path("Port").path("Result").asText()).isEqualTo("ok");

      out.reset();
      try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        assertThat(
                run(environment, "doctor", "--port=" + taken.getLocalPort(), "--data-dir=" + data))
            .isEqualTo(1);
        assertThat(told(out))
            .contains(taken.getLocalPort() + " is taken by another program")
            .contains("ss -ltnp");
      }
    }
  }

  private void leaveAJobAndAnEndpoint(TestDocker docker) throws Exception {
    docker.image("serves", ServerGpuIT.SERVES);
    try (DockerServer emulator =
        new DockerServer(data, docker.environment(), MachineSettings.DEFAULT)) {
      TestServer server = emulator.server();
      Map<String, Object> job = emulator.request("job", "ml.m5.large", "echo begun; sleep 1000");
      job.put("InputDataConfig", List.of(Requests.channel("train", "s3://bucket/ready")));
      job.put(
          "ResourceConfig",
          Map.of("InstanceType", "ml.m5.large", "InstanceCount", 2, "VolumeSizeInGB", 1));
      assertThat(server.sagemaker("CreateTrainingJob", job).status()).isEqualTo(200);
      emulator.serve("serves");
      server.await(
          "DescribeTrainingJob",
          Map.of("TrainingJobName", "job"),
          now -> now.path("SecondaryStatus").asText().equals("Training"));
      docker.kill(); // so that the server cannot tidy up
    }
    docker.start();
  }

  /** All that there is in a Docker, one line each. */
  private static List<String> everything(TestDocker docker) throws Exception {
    return (docker.run("ps", "--all", "--format", "container {{.Names}}")
            + docker.run("network", "ls", "--format", "network {{.Name}}")
            + docker.run("volume", "ls", "--format", "volume {{.Name}}")
            + docker.run("image", "ls", "--format", "image {{.Repository}}:{{.Tag}}"))
        .lines()
        .toList();
  }

  private int run(TestDocker docker, String... args) {
    return run(docker.environment(), args);
  }

  private int run(Map<String, String> environment, String... args) {
    return Sagelocal.run(new Console(stream(out), stream(err), environment), args);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String told(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
