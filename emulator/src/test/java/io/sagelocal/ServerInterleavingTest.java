package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.engine.MachineSize;
import io.sagelocal.machine.GpuMode;
import io.sagelocal.machine.MachineSettings;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever stop, finish, failure, time limit, delete, restart, retry, interruption and the end of
 * the engine meet in whatever order: a job reaches one terminal status, keeps it, and leaves
 * nothing. A failure names its seed; the threads' own order differs from run to run.
 */
class ServerInterleavingTest {
  private static final Set<String> TERMINAL = Set.of("Completed", "Failed", "Stopped");
  private static final List<String> NAMES = List.of("a", "b", "c", "d");
  private static final int STEPS = 60;

  @TempDir Path data;
  private final FakeTimeline timeline = new FakeTimeline();
  private final FakeContainerEngine engine =
      new FakeContainerEngine()
          .machine(new MachineSize(2, 8L << 30), "0", "1")
          .image("ok", ServerInterleavingTest::finish)
          .image("fails", host -> 1 + finish(host))
          .image("waits", ServerInterleavingTest::waitForSignal);
  private final Map<String, JsonNode> ends = new HashMap<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aJobReachesOneTerminalStatusKeepsItAndLeavesNothing(long seed)
      throws IOException, InterruptedException {
    Random random = new Random(seed);
    TestServer server = server();
    try {
      server.put("data/x", "1");
      for (int step = 0; step < STEPS; step++) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        switch (random.nextInt(14)) {
          case 0, 1, 2 -> create(server, name, random);
          case 3, 4 -> server.sagemaker("StopTrainingJob", job(name));
          case 5 -> delete(server, name);
          case 6 -> killOne(random);
          case 7 -> timeline.advance(Duration.ofSeconds(random.nextInt(40)));
          case 8 -> interrupt(server, name);
          case 9 -> {
            server.close();
            server = server();
          }
          default -> look(server, name);
        }
      }
      end(server);
    } finally {
      server.close();
    }
  }

  private TestServer server() throws IOException {
    MachineSettings machine =
        new MachineSettings(true, GpuMode.AUTO, Optional.of(3), Optional.empty());
    return new TestServer(data, engine, timeline, Duration.ZERO, machine, false);
  }

  private static void create(TestServer server, String name, Random random)
      throws IOException, InterruptedException {
    List<String> images = List.of("ok", "fails", "waits", "waits", "unknown");
    Map<String, Object> request =
        Requests.trainingJob(name, images.get(random.nextInt(images.size())));
    request.put(
        "ResourceConfig",
        Map.of(
            "InstanceType",
            random.nextBoolean() ? "ml.p2.xlarge" : "ml.c4.xlarge",
            "InstanceCount",
            1 + random.nextInt(2),
            "VolumeSizeInGB",
            1));
    request.put("StoppingCondition", Map.of("MaxRuntimeInSeconds", 60));
    if (random.nextBoolean()) {
      request.put("RetryStrategy", Map.of("MaximumRetryAttempts", 1 + random.nextInt(2)));
    }
    request.put("InputDataConfig", List.of(Requests.channel("train", "s3://bucket/data")));
    TestServer.Answer answer = server.sagemaker("CreateTrainingJob", request);
    assertThat(answer.status() == 200 || answer.error().equals("ResourceInUse"))
        .as("%s", answer)
        .isTrue();
  }

  private void delete(TestServer server, String name) throws IOException, InterruptedException {
    if (server.sagemaker("DeleteTrainingJob", job(name)).status() == 200) {
      ends.remove(name);
    }
  }

  /** What was seen once as a job's end is what is seen ever after. */
  private void look(TestServer server, String name) throws IOException, InterruptedException {
    TestServer.Answer answer = server.sagemaker("DescribeTrainingJob", job(name));
    JsonNode before = ends.get(name);
    if (before != null) {
      assertThat(answer.body()).isEqualTo(before);
    } else if (TERMINAL.contains(answer.body().path("TrainingJobStatus").asText())) {
      ends.put(name, answer.body());
      requireOneEnd(answer.body());
    }
  }

  private static void requireOneEnd(JsonNode job) {
    List<String> statuses =
        job.path("SecondaryStatusTransitions").findValuesAsText("Status").stream()
            .filter(status -> TERMINAL.contains(status))
            .toList();
    String status = job.path("TrainingJobStatus").asText();
    boolean timeUp = job.path("SecondaryStatus").asText().equals("MaxRuntimeExceeded");
    assertThat(statuses).as("%s", job).isEqualTo(timeUp ? List.of() : List.of(status));
  }

  private void killOne(Random random) {
    List<String> names = engine.containers();
    if (names.isEmpty()) {
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    if (random.nextBoolean()) {
      engine.killIfThere(name, random.nextBoolean());
    } else {
      engine.loseIfThere(name);
    }
  }

  /** Takes the instances of the next attempt away, as managed spot training does. */
  private static void interrupt(TestServer server, String name)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        server.admin("POST", "faults", Map.of("kind", "interruption", "job", name));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  private void end(TestServer server) throws IOException, InterruptedException {
    for (String name : NAMES) {
      server.sagemaker("StopTrainingJob", job(name));
    }
    for (String name : NAMES) {
      server.await(
          "DescribeTrainingJob",
          job(name),
          job ->
              job.path("message").asText().contains("Could not find")
                  || TERMINAL.contains(job.path("TrainingJobStatus").asText()));
      look(server, name);
      delete(server, name);
      assertThat(server.sagemaker("DescribeTrainingJob", job(name)).error())
          .isEqualTo("ValidationException");
    }
    assertThat(engine.containers()).isEmpty();
    assertThat(engine.networks()).isEmpty();
    Path scratch = data.resolve("jobs/000000000000/us-east-1");
    List<Path> left = new ArrayList<>();
    if (Files.exists(scratch)) {
      try (Stream<Path> folders = Files.list(scratch)) {
        folders.forEach(left::add);
      }
    }
    assertThat(left).isEmpty();
  }

  private static Map<String, String> job(String name) {
    return Map.of("TrainingJobName", name);
  }

  private static int finish(FakeHost host) throws IOException, InterruptedException {
    Files.writeString(host.path("/opt/ml/model/" + host.spec().hostname()), "m");
    host.print("working");
    Thread.sleep(ThreadLocalRandom.current().nextInt(20));
    return 0;
  }

  private static int waitForSignal(FakeHost host) throws InterruptedException {
    host.print(Objects.requireNonNull(host.environment().get("TRAINING_JOB_NAME")));
    new CountDownLatch(1).await();
    return 0;
  }
}
