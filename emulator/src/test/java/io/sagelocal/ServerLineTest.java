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
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TrainingJobs of many hosts and of few that wait in one line, on a machine of eight hosts. */
class ServerLineTest {
  private static final int HOSTS = 8;

  @TempDir Path data;
  private final FakeTimeline timeline = new FakeTimeline();
  private final BlockingQueue<String> running = new LinkedBlockingQueue<>();
  private final FakeContainerEngine engine =
      new FakeContainerEngine()
          .machine(new MachineSize(2, 8L << 30))
          .image("waits", this::waitForSignal);
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = server();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aJobOfManyHostsIsNotOvertakenByThoseThatWouldFit() throws IOException, InterruptedException {
    create("small-1", 1);
    awaitRunning(Set.of("small-1/algo-1"));
    create("small-2", 1);
    awaitRunning(Set.of("small-2/algo-1"));
    createWaiting("big", HOSTS);
    createWaiting("small-3", 1);
    createWaiting("small-4", 2);
    end("small-1");
    assertWaiting("big", "small-3", "small-4");
    end("small-2");
    awaitRunning(hosts("big", HOSTS));
    assertWaiting("small-3", "small-4");
    createWaiting("small-5", 1);
    end("big");
    awaitRunning(Set.of("small-3/algo-1", "small-4/algo-1", "small-4/algo-2", "small-5/algo-1"));
    for (String job : List.of("small-3", "small-4", "small-5")) {
      end(job);
    }
  }

  @Test
  void norAfterARestart() throws IOException, InterruptedException {
    create("small-1", 1);
    awaitRunning(Set.of("small-1/algo-1"));
    createWaiting("big", HOSTS);
    createWaiting("a-small-2", 1);
    server.close();
    server = server();
    createWaiting("a-small-3", 1);
    assertWaiting("big", "a-small-2");
    end("small-1");
    awaitRunning(hosts("big", HOSTS));
    end("big");
    awaitRunning(Set.of("a-small-2/algo-1", "a-small-3/algo-1"));
    end("a-small-2");
    end("a-small-3");
  }

  @Test
  void whoGivesUpLetsThoseBehindPass() throws IOException, InterruptedException {
    create("small-1", 1);
    awaitRunning(Set.of("small-1/algo-1"));
    createWaiting("big", HOSTS);
    createWaiting("small-2", 1);
    end("big");
    awaitRunning(Set.of("small-2/algo-1"));
    end("small-1");
    end("small-2");
  }

  private TestServer server() throws IOException {
    MachineSettings machine =
        new MachineSettings(true, GpuMode.AUTO, Optional.of(HOSTS), Optional.empty());
    return new TestServer(data, engine, timeline, Duration.ZERO, machine, false);
  }

  private void create(String name, int hosts) throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob(name, "waits");
    request.put(
        "ResourceConfig",
        Map.of("InstanceType", "ml.c4.xlarge", "InstanceCount", hosts, "VolumeSizeInGB", 1));
    server.put("x", "");
    assertThat(server.sagemaker("CreateTrainingJob", request).status()).isEqualTo(200);
  }

  private void createWaiting(String name, int hosts) throws IOException, InterruptedException {
    timeline.advance(Duration.ofSeconds(1)); // a line of the same moment has no order to keep
    create(name, hosts);
    server.await("DescribeTrainingJob", job(name), ServerLineTest::waits);
  }

  private void assertWaiting(String... names) throws IOException, InterruptedException {
    for (String name : names) {
      server.await("DescribeTrainingJob", job(name), ServerLineTest::waits);
    }
    assertThat(running).isEmpty();
  }

  private static boolean waits(JsonNode job) {
    JsonNode transitions = job.path("SecondaryStatusTransitions");
    return transitions
        .path(transitions.size() - 1)
        .path("StatusMessage")
        .asText()
        .contains("Waiting until other jobs");
  }

  private void end(String name) throws IOException, InterruptedException {
    server.sagemaker("StopTrainingJob", job(name));
    server.awaitJob(name, "Stopped");
  }

  private static Map<String, String> job(String name) {
    return Map.of("TrainingJobName", name);
  }

  private static Set<String> hosts(String job, int count) {
    Set<String> hosts = new HashSet<>();
    for (int i = 1; i <= count; i++) {
      hosts.add(job + "/algo-" + i);
    }
    return hosts;
  }

  private void awaitRunning(Set<String> hosts) throws InterruptedException {
    Set<String> seen = new HashSet<>();
    while (seen.size() < hosts.size()) {
      String next = running.poll(20, TimeUnit.SECONDS);
      assertThat(next).as("a host of %s, after %s", hosts, seen).isIn(hosts);
      seen.add(next);
    }
  }

  private int waitForSignal(FakeHost host) throws InterruptedException {
    running.add(host.environment().get("TRAINING_JOB_NAME") + "/" + host.spec().hostname());
    new CountDownLatch(1).await();
    return 0;
  }
}
