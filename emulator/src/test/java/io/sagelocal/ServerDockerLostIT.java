package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.docker.TestDocker;
import io.sagelocal.machine.MachineSettings;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Docker of the test's own goes away while jobs run and endpoints serve, and comes back. */
class ServerDockerLostIT {
  private static final String GOES_ON =
      "trap 'exit 143' TERM; echo begun; while :; do sleep 0.1; done";

  @TempDir Path data;

  @Test
  void aJobThatEndsWithDockerFailsForThatOrIsBegunAnew() throws Exception {
    try (TestDocker docker = TestDocker.open();
        DockerServer emulator =
            new DockerServer(data, docker.environment(), MachineSettings.DEFAULT)) {
      TestServer server = emulator.server();
      emulator.train("killed", "ml.m5.large", GOES_ON);
      emulator.awaitLines("killed", 1);
      docker.kill();
      docker.start();
      assertEndedWithDocker(server.awaitJob("killed", "Failed"));

      emulator.train("stopped", "ml.m5.large", GOES_ON);
      Map<String, Object> again = emulator.request("again", "ml.m5.large", GOES_ON);
      again.put("RetryStrategy", Map.of("MaximumRetryAttempts", 2));
      server.sagemaker("CreateTrainingJob", again);
      emulator.awaitLines("stopped", 1);
      emulator.awaitLines("again", 1);
      docker.stop();
      docker.start();
      assertEndedWithDocker(server.awaitJob("stopped", "Failed"));
      emulator.awaitLines("again", 2);
      server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "again"));
      server.awaitJob("again", "Stopped");
      assertThat(server.trainingLog("again")).isEqualTo(List.of("begun", "begun"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void soDoesOneThatEndsWithDockerWhileTheEmulatorIsAway(boolean killed) throws Exception {
    try (TestDocker docker = TestDocker.open()) {
      try (DockerServer emulator =
          new DockerServer(data, docker.environment(), MachineSettings.DEFAULT)) {
        emulator.train("job", "ml.m5.large", GOES_ON);
        emulator.awaitLines("job", 1);
      }
      if (killed) {
        docker.kill();
      } else {
        docker.stop();
      }
      docker.start();
      try (DockerServer emulator =
          new DockerServer(data, docker.environment(), MachineSettings.DEFAULT)) {
        assertEndedWithDocker(emulator.server().awaitJob("job", "Failed"));
      }
    }
  }

  @Test
  void checkpointsThatWereJustWrittenOutliveADockerThatIsKilled() throws Exception {
    try (TestDocker docker = TestDocker.open();
        DockerServer emulator =
            new DockerServer(data, docker.environment(), MachineSettings.DEFAULT)) {
      TestServer server = emulator.server();
      Map<String, Object> request =
          emulator.request(
              "job",
              "ml.m5.large",
              "echo first > /opt/ml/checkpoints/epoch; echo saved; " + GOES_ON);
      request.put("CheckpointConfig", Map.of("S3Uri", "s3://bucket/checkpoints"));
      server.sagemaker("CreateTrainingJob", request);
      emulator.awaitLines("job", 1);
      docker.kill();
      docker.start();
      assertEndedWithDocker(server.awaitJob("job", "Failed"));
      assertThat(server.s3("GET", "/bucket/checkpoints/epoch", new byte[0]).body())
          .asString()
          .isEqualTo("first\n");
    }
  }

  @Test
  void anEndpointServesAgainOnceDockerIsBack() throws Exception {
    try (TestDocker docker = TestDocker.open();
        DockerServer emulator =
            new DockerServer(data, docker.environment(), MachineSettings.DEFAULT)) {
      docker.image("serves", ServerGpuIT.SERVES);
      TestServer server = emulator.server();
      emulator.serve("serves");
      assertThat(server.invoke("endpoint", "x").body()).isEqualTo("ok");
      docker.restart();
      awaitAnswer(server);
      docker.kill();
      docker.start();
      awaitAnswer(server);
    }
  }

  private static void awaitAnswer(TestServer server) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    HttpResponse<String> answer = server.invoke("endpoint", "x");
    while (answer.statusCode() != 200) {
      assertThat(System.nanoTime()).as(answer.body()).isLessThan(end);
      Thread.sleep(100);
      answer = server.invoke("endpoint", "x");
    }
    assertThat(answer.body()).isEqualTo("ok");
  }

  private static void assertEndedWithDocker(JsonNode job) {
    assertThat(job.path("FailureReason").asText())
        .startsWith("InternalServerError: ")
        .contains("Docker was stopped");
  }
}
