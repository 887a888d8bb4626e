package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.ContainerSpecs;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.engine.MachineSize;
import io.sagelocal.machine.GpuMode;
import io.sagelocal.machine.MachineSettings;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How TrainingJobs wait, end and are deleted, through real HTTP with containers that are threads.
 */
class ServerEndsTest {
  @TempDir Path data;
  private final FakeContainerEngine engine =
      new FakeContainerEngine().machine(new MachineSize(2, 8L << 30), "0", "1");
  private final FakeTimeline timeline = new FakeTimeline();
  private final BlockingQueue<String> running = new LinkedBlockingQueue<>();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine.image("ok", host -> 0).image("fails", host -> 3).image("waits", this::waitForSignal);
    server = server(1, false);
    server.put("data/a", "1");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aJobEndsWhateverWasThrown() throws IOException, InterruptedException {
    engine.slowImage(
        "greedy",
        () -> {
          throw new OutOfMemoryError("Java heap space");
        });
    create("job", "greedy");
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .contains("InternalServerError", "Java heap space");
  }

  @Test
  void aJobWaitsForItsPlaceInStartingAndIsNext() throws IOException, InterruptedException {
    create("first", "waits");
    awaitRunning("first");
    create("second", "waits");
    JsonNode second =
        server.await(
            "DescribeTrainingJob",
            name("second"),
            job -> lastMessage(job).contains("Waiting until other jobs"));
    assertThat(second.path("SecondaryStatus").asText()).isEqualTo("Starting");
    assertThat(lastMessage(second)).startsWith("Preparing the instances for training");
    server.sagemaker("StopTrainingJob", name("first"));
    awaitRunning("second");
    server.sagemaker("StopTrainingJob", name("second"));
    server.awaitJob("second", "Stopped");
  }

  @Test
  void aJobThatWaitsCanBeStopped() throws IOException, InterruptedException {
    create("first", "waits");
    awaitRunning("first");
    create("second", "waits");
    server.sagemaker("StopTrainingJob", name("second"));
    JsonNode second = server.awaitJob("second", "Stopped");
    assertThat(second.has("ModelArtifacts")).isFalse();
    create("third", "ok");
    server.sagemaker("StopTrainingJob", name("first"));
    server.awaitJob("third", "Completed");
  }

  @Test
  void theLineIsTheSameAfterARestart() throws IOException, InterruptedException {
    create("b-first", "waits");
    awaitRunning("b-first");
    timeline.advance(Duration.ofSeconds(1));
    create("z-second", "waits");
    timeline.advance(Duration.ofSeconds(1));
    awaitWaiting("z-second");
    create("a-third", "waits");
    awaitWaiting("a-third");
    server.close();
    server = server(1, false);
    server.sagemaker("StopTrainingJob", name("b-first"));
    awaitRunning("z-second");
    server.sagemaker("StopTrainingJob", name("z-second"));
    awaitRunning("a-third");
    server.sagemaker("StopTrainingJob", name("a-third"));
    server.awaitJob("a-third", "Stopped");
  }

  private void awaitWaiting(String job) throws IOException, InterruptedException {
    server.await("DescribeTrainingJob", name(job), one -> lastMessage(one).contains("Waiting"));
  }

  @Test
  void aStopEndsThePullOfAnImage() throws IOException, InterruptedException {
    engine.slowImage("slow", () -> running.add("pulling"));
    create("job", "slow");
    awaitRunning("pulling");
    server.sagemaker("StopTrainingJob", name("job"));
    server.awaitJob("job", "Stopped");
  }

  @Test
  void theWaitOfASpotJobHasALimit() throws IOException, InterruptedException {
    create("first", "waits");
    awaitRunning("first");
    Map<String, Object> spot = Requests.trainingJob("spot", "ok");
    spot.put("EnableManagedSpotTraining", true);
    spot.put("StoppingCondition", Map.of("MaxRuntimeInSeconds", 60, "MaxWaitTimeInSeconds", 90));
    server.sagemaker("CreateTrainingJob", spot);
    server.await("DescribeTrainingJob", name("spot"), job -> lastMessage(job).contains("Waiting"));
    timeline.advance(Duration.ofSeconds(91));
    JsonNode job = server.awaitJob("spot", "Stopped");
    assertThat(job.path("SecondaryStatus").asText()).isEqualTo("MaxWaitTimeExceeded");
    server.sagemaker("StopTrainingJob", name("first"));
  }

  @Test
  void aJobPendsNoLongerThanItsLimit() throws IOException, InterruptedException {
    Map<String, Object> first = Requests.trainingJob("first", "waits");
    first.put("StoppingCondition", Map.of("MaxRuntimeInSeconds", 86_400)); // it holds the place
    server.sagemaker("CreateTrainingJob", first);
    awaitRunning("first");
    Map<String, Object> patient = Requests.trainingJob("patient", "ok");
    patient.put(
        "StoppingCondition", Map.of("MaxRuntimeInSeconds", 60, "MaxPendingTimeInSeconds", 7200));
    server.sagemaker("CreateTrainingJob", patient);
    awaitWaiting("patient");
    timeline.advance(Duration.ofSeconds(7201));
    JsonNode job = server.awaitJob("patient", "Stopped");
    assertThat(job.path("StoppingCondition").path("MaxPendingTimeInSeconds").asInt())
        .isEqualTo(7200);
    assertThat(job.has("TrainingStartTime")).isFalse();
    server.sagemaker("StopTrainingJob", name("first"));
  }

  @Test
  void aSpotJobWithoutALimitOfItsWaitIsRefused() throws IOException, InterruptedException {
    Map<String, Object> spot = Requests.trainingJob("spot", "ok");
    spot.put("EnableManagedSpotTraining", true);
    TestServer.Answer refused = server.sagemaker("CreateTrainingJob", spot);
    assertThat(refused.error()).isEqualTo("ValidationException");
    assertThat(refused.message()).contains("Invalid MaxWaitTimeInSeconds", "3600", "absent");
    Map<String, Object> plain = Requests.trainingJob("plain", "ok");
    plain.put("StoppingCondition", Map.of("MaxRuntimeInSeconds", 60, "MaxWaitTimeInSeconds", 90));
    assertThat(server.sagemaker("CreateTrainingJob", plain).message())
        .contains("MaxWaitTimeInSeconds 90", "EnableManagedSpotTraining");
    assertThat(server.sagemaker("ListTrainingJobs", Map.of()).body().path("TrainingJobSummaries"))
        .isEmpty();
  }

  @Test
  void aRetryStrategyBeginsAJobAnewThatWasNotAtFault() throws IOException, InterruptedException {
    engine.down(true);
    Map<String, Object> request = Requests.trainingJob("job", "ok");
    request.put("RetryStrategy", Map.of("MaximumRetryAttempts", 2));
    server.sagemaker("CreateTrainingJob", request);
    JsonNode restarting =
        server.await(
            "DescribeTrainingJob",
            name("job"),
            job -> job.path("SecondaryStatus").asText().equals("Restarting"));
    assertThat(lastMessage(restarting)).contains("the engine does not answer");
    assertThat(restarting.path("TrainingJobStatus").asText()).isEqualTo("InProgress");
    engine.down(false);
    advanceUntilEnded("job", "Completed");
    create("fails", "fails");
    assertThat(server.awaitJob("fails", "Failed").path("FailureReason").asText())
        .contains("exit code: 3");
  }

  @Test
  void retriesComeToAnEnd() throws IOException, InterruptedException {
    engine.down(true);
    Map<String, Object> request = Requests.trainingJob("job", "ok");
    request.put("RetryStrategy", Map.of("MaximumRetryAttempts", 2));
    server.sagemaker("CreateTrainingJob", request);
    JsonNode job = advanceUntilEnded("job", "Failed");
    assertThat(job.path("FailureReason").asText()).startsWith("InternalServerError");
    engine.down(false);
  }

  @Test
  void onlyAJobThatHasEndedIsDeleted() throws IOException, InterruptedException {
    create("job", "waits");
    awaitRunning("job");
    TestServer.Answer refused = server.sagemaker("DeleteTrainingJob", name("job"));
    assertThat(refused.error()).isEqualTo("ValidationException");
    assertThat(refused.message()).contains("InProgress");
    server.sagemaker("StopTrainingJob", name("job"));
    server.awaitJob("job", "Stopped");
    assertThat(server.sagemaker("DeleteTrainingJob", name("job")).status()).isEqualTo(200);
    assertThat(server.sagemaker("DescribeTrainingJob", name("job")).message())
        .contains("Could not find training job");
    assertThat(server.sagemaker("DeleteTrainingJob", name("job")).message())
        .contains("Could not find training job");
    create("job", "ok");
    server.awaitJob("job", "Completed");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aFailedJobIsKeptForALookUntilItIsDeleted() throws IOException, InterruptedException {
    server.close();
    server = server(0, true);
    create("job", "fails");
    server.awaitJob("job", "Failed");
    create("good", "ok");
    server.awaitJob("good", "Completed");
    server.await("DescribeTrainingJob", name("job"), job -> engine.containers().size() == 1);
    assertThat(engine.containers()).singleElement().asString().contains("-job-algo-1");
    assertThat(data.resolve("jobs/000000000000/us-east-1/job/algo-1/input/config")).exists();
    server.close();
    server = server(0, true);
    assertThat(engine.containers()).hasSize(1);
    server.sagemaker("DeleteTrainingJob", name("job"));
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void whatBelongsToNothingOnRecordIsRemovedAtTheStart() throws IOException, InterruptedException {
    create("job", "waits");
    awaitRunning("job");
    ContainerSpec orphan = orphan(engine.specs().getFirst(), "training-job");
    engine.start(orphan);
    ContainerSpec transform = orphan(engine.specs().getFirst(), "transform-job");
    engine.start(transform);
    Path folder =
        Files.createDirectories(data.resolve("transforms/000000000000/us-east-1/nobody-knows"));
    Path jobs = data.resolve("jobs/000000000000/us-east-1");
    Files.createDirectories(jobs.resolve("nobody-knows/algo-1"));
    engine.createNetwork("sagelocal-orphan", false, orphan.labels());
    engine.createNetwork(
        "somebody-elses", false, Map.of("io.sagelocal.instance", "x", "io.sagelocal.arn", "y"));
    server.close();
    server = server(1, false);
    server.await(
        "DescribeTrainingJob",
        name("job"),
        job -> !Files.exists(folder) && !Files.exists(jobs.resolve("nobody-knows")));
    assertThat(engine.containers()).hasSize(1).doesNotContain(orphan.name(), transform.name());
    assertThat(jobs.resolve("job")).exists();
    server.await("DescribeTrainingJob", name("job"), job -> engine.networks().size() == 1);
    assertThat(engine.networks()).containsOnlyKeys("somebody-elses");
    server.sagemaker("StopTrainingJob", name("job"));
    server.awaitJob("job", "Stopped");
  }

  @Test
  void whatIsOnRecordInAnotherPartitionStaysAtTheStart() throws IOException, InterruptedException {
    String request = new ObjectMapper().writeValueAsString(Requests.trainingJob("job", "waits"));
    server.call("SageMaker.CreateTrainingJob", "cn-north-1", request);
    awaitRunning("job");
    Path jobs = data.resolve("jobs/000000000000/cn-north-1");
    List<Path> orphans = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      orphans.add(Files.createDirectories(jobs.resolve("nobody-knows-" + i)));
    }
    Path noneOfOurs = Files.createDirectories(data.resolve("jobs/no-account/cn-north-1/job"));
    Files.writeString(data.resolve("jobs/file"), "");
    server.close();
    server = server(1, false);
    TestServer.await("orphans are gone", () -> orphans.stream().noneMatch(Files::exists));
    assertThat(jobs.resolve("job")).exists();
    assertThat(noneOfOurs).exists();
    server.call("SageMaker.StopTrainingJob", "cn-north-1", "{\"TrainingJobName\":\"job\"}");
    TestServer.await("the job is gone", () -> !Files.exists(jobs.resolve("job")));
  }

  @Test
  void concurrentJobsHaveGpusOfTheirOwnAcrossARestart() throws IOException, InterruptedException {
    server.close();
    server = server(0, false);
    createOnGpu("first");
    awaitRunning("first");
    server.close();
    server = server(0, false);
    createOnGpu("second");
    awaitRunning("second");
    assertThat(engine.specs().stream().map(spec -> spec.limits().gpus()))
        .containsExactlyInAnyOrder(List.of("0"), List.of("1"));
    createOnGpu("third");
    server.await("DescribeTrainingJob", name("third"), job -> lastMessage(job).contains("Waiting"));
    server.sagemaker("StopTrainingJob", name("first"));
    awaitRunning("third");
    for (String name : List.of("second", "third")) {
      server.sagemaker("StopTrainingJob", name(name));
      server.awaitJob(name, "Stopped");
    }
  }

  @Test
  void aJobForGpusRunsWithoutOnAMachineThatHasNoneAndSaysSo()
      throws IOException, InterruptedException {
    engine.machine(new MachineSize(2, 8L << 30));
    createOnGpu("job");
    awaitRunning("job");
    JsonNode job = server.sagemaker("DescribeTrainingJob", name("job")).body();
    assertThat(lastMessage(job)).contains("ml.p2.xlarge has 1 GPU(s), a host here gets 0");
    assertThat(engine.specs().getFirst().limits().gpus()).isEmpty();
    server.sagemaker("StopTrainingJob", name("job"));
    server.awaitJob("job", "Stopped");
  }

  private TestServer server(int hosts, boolean keepFailed) throws IOException {
    MachineSettings machine =
        new MachineSettings(true, GpuMode.AUTO, Optional.of(hosts), Optional.empty());
    return new TestServer(data, engine, timeline, Duration.ZERO, machine, keepFailed);
  }

  private void create(String name, String image) throws IOException, InterruptedException {
    assertThat(server.sagemaker("CreateTrainingJob", Requests.trainingJob(name, image)).status())
        .isEqualTo(200);
  }

  private void createOnGpu(String name) throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob(name, "waits");
    request.put(
        "ResourceConfig",
        Map.of("InstanceType", "ml.p2.xlarge", "InstanceCount", 1, "VolumeSizeInGB", 1));
    assertThat(server.sagemaker("CreateTrainingJob", request).status()).isEqualTo(200);
  }

  /** The same container as of a job that nobody has heard of. */
  private static ContainerSpec orphan(ContainerSpec spec, String type) {
    Map<String, String> labels =
        Map.of(
            "io.sagelocal.instance",
            String.valueOf(spec.labels().get("io.sagelocal.instance")),
            "io.sagelocal.arn",
            "arn:aws:sagemaker:us-east-1:000000000000:" + type + "/nobody-knows");
    return ContainerSpecs.labelled(spec, "sagelocal-orphan-" + type, labels);
  }

  private JsonNode advanceUntilEnded(String name, String status)
      throws IOException, InterruptedException {
    return server.await(
        "DescribeTrainingJob",
        name(name),
        job -> {
          timeline.advance(Duration.ofSeconds(1));
          return job.path("TrainingJobStatus").asText().equals(status);
        });
  }

  private static Map<String, String> name(String job) {
    return Map.of("TrainingJobName", job);
  }

  private static String lastMessage(JsonNode job) {
    JsonNode transitions = job.path("SecondaryStatusTransitions");
    return transitions.path(transitions.size() - 1).path("StatusMessage").asText();
  }

  private void awaitRunning(String what) throws InterruptedException {
    assertThat(running.poll(20, TimeUnit.SECONDS)).isEqualTo(what);
  }

  private int waitForSignal(FakeHost host) throws IOException, InterruptedException {
    Files.writeString(host.path("/opt/ml/model/half"), "h");
    running.add(String.valueOf(host.environment().get("TRAINING_JOB_NAME")));
    new CountDownLatch(1).await();
    return 0;
  }
}
