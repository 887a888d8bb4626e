package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How TransformJobs begin, end and go on, through real HTTP. */
class ServerTransformLifeTest {
  @TempDir Path data;
  private final SystemTimeline timeline = new SystemTimeline();
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeModel upper = new FakeModel(text -> text.toUpperCase(Locale.ROOT));
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine.image("upper", upper);
    server = new TestServer(data, engine, timeline);
    server.put("in/a.csv", "a1");
    server.put("in/b.csv", "b1");
    server.put("in/c.csv", "c1");
    server.sagemaker("CreateModel", Requests.imageModel("upper", "upper"));
  }

  @AfterEach
  void stop() {
    server.close();
    timeline.close();
  }

  @Test
  void instancesShareTheFilesAndNoneIsStartedForNothing() throws IOException, InterruptedException {
    Map<String, Object> request = lines("job");
    Requests.member(request, "TransformResources").put("InstanceCount", 2);
    run(request);
    assertThat(upper.environments).hasSize(2);
    assertThat(upper.bodies).containsExactlyInAnyOrder("a1", "b1", "c1");
    Map<String, Object> many = lines("many");
    Requests.member(many, "TransformResources").put("InstanceCount", 20);
    run(many);
    assertThat(upper.environments).hasSize(5);
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aPipelineHandsEachAnswerToTheNextContainer() throws IOException, InterruptedException {
    FakeModel first = new FakeModel(text -> text + "!", "text/plain", "");
    FakeModel second = new FakeModel(text -> "<" + text + ">");
    engine.image("first", first).image("second", second);
    server.sagemaker(
        "CreateModel",
        Map.of(
            "ModelName",
            "pipeline",
            "ExecutionRoleArn",
            TestServer.ROLE,
            "Containers",
            List.of(Map.of("Image", "first"), Map.of("Image", "second"))));
    Map<String, Object> request = lines("job");
    request.put("ModelName", "pipeline");
    Requests.input(request).put("ContentType", "text/csv");
    Requests.output(request).put("Accept", "application/json");
    run(request);
    assertThat(output("a.csv.out")).isEqualTo("<a1!>\n");
    assertThat(first.headers).containsOnly("text/csv null 2");
    assertThat(second.headers).containsOnly("text/plain application/json 3");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aContainerThatEndsFailsTheJobWithItsExitCode() throws IOException, InterruptedException {
    server.put("in/b.csv", "die");
    server.sagemaker("CreateTransformJob", lines("job"));
    JsonNode job = server.awaitTransform("job", "Failed");
    assertThat(job.path("FailureReason").asText())
        .isEqualTo(
            "AlgorithmError: the container of model upper ended with exit code 1 before all inputs"
                + " were transformed");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aModelThatDoesNotComeUpFailsTheJobWithItsLog() throws IOException, InterruptedException {
    engine.image(
        "dies",
        host -> {
          host.print("no such layer");
          return 2;
        });
    server.sagemaker("CreateModel", Requests.imageModel("dies", "dies"));
    Map<String, Object> request = lines("job");
    request.put("ModelName", "dies");
    server.sagemaker("CreateTransformJob", request);
    assertThat(server.awaitTransform("job", "Failed").path("FailureReason").asText())
        .startsWith("AlgorithmError: ")
        .contains("exit code 2")
        .contains("no such layer");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aRestartGoesOnWithTheFilesThatAreNotDone() throws IOException, InterruptedException {
    server.put("in/b.csv", "slow");
    Map<String, Object> request = lines("job");
    server.sagemaker("CreateTransformJob", request);
    while (!upper.bodies.contains("slow")) {
      Thread.onSpinWait();
    }
    server.put("in/b.csv", "b2"); // now: the next start reads it at once
    server.close();
    assertThat(engine.containers()).as("containers without an emulator").isEmpty();
    server = new TestServer(data, engine, timeline);
    server.awaitTransform("job", "Completed");
    assertThat(output("b.csv.out")).isEqualTo("B2\n");
    assertThat(output("c.csv.out")).isEqualTo("C1\n");
    assertThat(upper.bodies.stream().filter("a1"::equals)).hasSize(1);
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void whatFailsWhileTheEmulatorStopsIsNoFaultOfTheJob() throws IOException, InterruptedException {
    server.put("in/b.csv", "slow");
    server.sagemaker("CreateTransformJob", lines("job"));
    while (!upper.bodies.contains("slow")) {
      Thread.onSpinWait();
    }
    server.put("in/b.csv", "b2");
    server.letGo();
    engine.containers().forEach(name -> engine.kill(name, false));
    Thread.sleep(300); // a job at fault would be Failed now
    server.close();
    assertThat(engine.containers()).as("containers without an emulator").isEmpty();
    server = new TestServer(data, engine, timeline);
    server.awaitTransform("job", "Completed");
    assertThat(output("b.csv.out")).isEqualTo("B2\n");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aJobThatWasToldToStopIsStoppedAfterARestartToo() throws IOException, InterruptedException {
    server.put("in/a.csv", "slow");
    server.sagemaker("CreateTransformJob", lines("job"));
    while (!upper.bodies.contains("slow")) {
      Thread.onSpinWait();
    }
    server.sagemaker("StopTransformJob", Map.of("TransformJobName", "job"));
    server.close();
    server = new TestServer(data, engine, timeline);
    server.awaitTransform("job", "Stopped");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aDescribeIsHeldUntilTheJobEnds() throws IOException, InterruptedException {
    server.close();
    server = new TestServer(data, engine, timeline, Duration.ofSeconds(20));
    server.sagemaker("CreateTransformJob", lines("job"));
    Answer first = server.sagemaker("DescribeTransformJob", Map.of("TransformJobName", "job"));
    assertThat(first.body().path("TransformJobStatus").asText()).isEqualTo("Completed");
  }

  @Test
  void jobsAreListedTaggedAndUniqueByName() throws IOException, InterruptedException {
    Map<String, Object> request = lines("job");
    request.put("Tags", List.of(Map.of("Key", "team", "Value", "blue")));
    request.put("ExperimentConfig", Map.of("ExperimentName", "e"));
    run(request);
    assertThat(server.sagemaker("CreateTransformJob", request).error()).isEqualTo("ResourceInUse");
    JsonNode listed =
        server.sagemaker("ListTransformJobs", Map.of("StatusEquals", "Completed")).body();
    assertThat(listed.path("TransformJobSummaries").findValuesAsText("TransformJobName"))
        .containsExactly("job");
    JsonNode job =
        server.sagemaker("DescribeTransformJob", Map.of("TransformJobName", "job")).body();
    assertThat(job.path("ExperimentConfig").path("ExperimentName").asText()).isEqualTo("e");
    assertThat(job.has("Tags")).isFalse();
    String arn = job.path("TransformJobArn").asText();
    assertThat(
            server
                .sagemaker("ListTags", Map.of("ResourceArn", arn))
                .body()
                .findValuesAsText("Value"))
        .containsExactly("blue");
  }

  @Test
  void whatCannotBeDoneIsRefusedByNameAndCreatesNothing() throws IOException, InterruptedException {
    refused("DataCaptureConfig", Map.of("DestinationS3Uri", "s3://bucket/c"), "DataCaptureConfig");
    refused("ModelName", "nobody", "Could not find model");
    refused("MaxPayloadInMB", 101, "MaxPayloadInMB 101 is more than 100");
    refused("MaxPayloadInMB", 0, "MaxPayloadInMB 0");
    Map<String, Object> request = lines("job");
    request.put("MaxPayloadInMB", 60);
    request.put("MaxConcurrentTransforms", 2);
    assertThat(server.sagemaker("CreateTransformJob", request).message())
        .contains("MaxConcurrentTransforms 2 times MaxPayloadInMB 60 is more than 100");
    Map<String, Object> augmented = lines("job");
    Requests.input(augmented)
        .put(
            "DataSource",
            Map.of(
                "S3DataSource",
                Map.of("S3DataType", "AugmentedManifestFile", "S3Uri", "s3://bucket/m")));
    assertThat(server.sagemaker("CreateTransformJob", augmented).message())
        .contains("AugmentedManifestFile");
    assertThat(server.sagemaker("ListTransformJobs", Map.of()).body().path("TransformJobSummaries"))
        .isEmpty();
    assertThat(server.sagemaker("DescribeTransformJob", Map.of("TransformJobName", "job")).error())
        .isEqualTo("ResourceNotFound");
    assertThat(server.sagemaker("StopTransformJob", Map.of("TransformJobName", "job")).error())
        .isEqualTo("ResourceNotFound");
  }

  private void refused(String member, Object value, String message)
      throws IOException, InterruptedException {
    Map<String, Object> request = new HashMap<>(lines("job"));
    request.put(member, value);
    Answer answer = server.sagemaker("CreateTransformJob", request);
    assertThat(answer.error()).isEqualTo("ValidationException");
    assertThat(answer.message()).contains(message);
  }

  private static Map<String, Object> lines(String name) {
    Map<String, Object> request = Requests.transformJob(name, "upper");
    Requests.input(request).put("SplitType", "Line");
    Requests.output(request).put("AssembleWith", "Line");
    return request;
  }

  private void run(Map<String, Object> request) throws IOException, InterruptedException {
    Answer created = server.sagemaker("CreateTransformJob", request);
    assertThat(created.status()).as("%s", created.body()).isEqualTo(200);
    server.awaitTransform(String.valueOf(request.get("TransformJobName")), "Completed");
  }

  private String output(String name) throws IOException, InterruptedException {
    return new String(
        server.s3("GET", "/bucket/out/" + name, new byte[0]).body(), StandardCharsets.UTF_8);
  }
}
