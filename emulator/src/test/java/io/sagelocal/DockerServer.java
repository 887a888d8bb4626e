package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.docker.DockerContainerEngine;
import io.sagelocal.docker.TestDocker;
import io.sagelocal.machine.MachineSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The whole server in this JVM on a Docker of a test's own. */
final class DockerServer implements AutoCloseable {
  private final SystemTimeline timeline = new SystemTimeline();
  private final DockerContainerEngine engine;
  private final TestServer server;

  /**
   * @param environment in which the Docker is found, {@link TestDocker#environment} or more
   */
  DockerServer(Path data, Map<String, String> environment, MachineSettings machine)
      throws IOException {
    engine = new DockerContainerEngine(environment);
    server = new TestServer(data, engine, timeline, Duration.ZERO, machine, false);
  }

  /** Its client. */
  TestServer server() {
    return server;
  }

  /** Creates a job that runs a shell script in {@link TestDocker#IMAGE}. */
  void train(String name, String type, String script) throws IOException, InterruptedException {
    assertThat(server.sagemaker("CreateTrainingJob", request(name, type, script)).status())
        .isEqualTo(200);
  }

  /** The request for such a job. */
  Map<String, Object> request(String name, String type, String script)
      throws IOException, InterruptedException {
    server.put("ready", "");
    Map<String, Object> request = Requests.trainingJob(name, TestDocker.IMAGE);
    request.put(
        "AlgorithmSpecification",
        Map.of(
            "TrainingImage",
            TestDocker.IMAGE,
            "TrainingInputMode",
            "File",
            "ContainerEntrypoint",
            List.of("/bin/sh", "-c", script)));
    request.put(
        "ResourceConfig", Map.of("InstanceType", type, "InstanceCount", 1, "VolumeSizeInGB", 1));
    return request;
  }

  /** Deploys an image as the endpoint named endpoint and waits until that is in service. */
  void serve(String image) throws IOException, InterruptedException {
    server.sagemaker("CreateModel", Requests.imageModel("model", image));
    server.sagemaker("CreateEndpointConfig", Requests.config("config", "model"));
    server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "config"));
    server.awaitEndpoint("endpoint", "InService");
  }

  /** Waits until a job's log has so many lines. */
  void awaitLines(String job, int lines) throws IOException, InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (server.trainingLog(job).size() < lines) {
      assertThat(System.nanoTime()).as("%s: %s", job, server.trainingLog(job)).isLessThan(end);
      Thread.sleep(50);
    }
  }

  @Override
  public void close() {
    server.close();
    engine.close();
    timeline.close();
  }
}
