package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TransformJobs through real HTTP, with model containers that are threads. */
class ServerTransformTest {
  @TempDir Path data;
  private final SystemTimeline timeline = new SystemTimeline();
  private final FakeContainerEngine engine = new FakeContainerEngine();

  private final FakeModel model = new FakeModel(text -> text.toUpperCase(Locale.ROOT));
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine.image("upper", model);
    server = new TestServer(data, engine, timeline);
    server.put("in/a.csv", "a1\na2\na3\n");
    server.sagemaker("CreateModel", Requests.imageModel("model", "upper"));
  }

  @AfterEach
  void stop() {
    server.close();
    timeline.close();
  }

  @Test
  void aWholeObjectIsOneRequestAndItsAnswerAnOutput() throws IOException, InterruptedException {
    server.put("in/deep/b.csv", "b1\nb2");
    Map<String, Object> request = Requests.transformJob("job", "model");
    Requests.input(request).put("ContentType", "text/csv");
    Requests.output(request).put("Accept", "text/plain");
    Answer created = server.sagemaker("CreateTransformJob", request);
    assertThat(created.body().path("TransformJobArn").asText())
        .isEqualTo("arn:aws:sagemaker:us-east-1:000000000000:transform-job/job");
    JsonNode job = server.awaitTransform("job", "Completed");
    assertThat(output("a.csv.out")).isEqualTo("A1\nA2\nA3\n");
    assertThat(output("deep/b.csv.out")).isEqualTo("B1\nB2");
    assertThat(model.bodies).containsExactly("a1\na2\na3\n", "b1\nb2");
    assertThat(model.headers).containsOnly("text/csv text/plain 9", "text/csv text/plain 5");
    assertThat(job.path("TransformStartTime").isNumber()).isTrue();
    assertThat(job.path("TransformEndTime").isNumber()).isTrue();
    assertThat(job.path("TransformOutput").path("KmsKeyId").asText("none")).isEmpty();
    assertThat(job.path("TransformInput").path("SplitType").asText()).isEqualTo("None");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void outputsAreWrittenWithTheKeyThatIsAskedFor() throws IOException, InterruptedException {
    Map<String, Object> request = Requests.transformJob("job", "model");
    Requests.output(request).put("KmsKeyId", "alias/mine");
    run(request);
    assertThat(server.kmsKey("/bucket/out/a.csv.out")).contains("alias/mine");
  }

  @Test
  void linesGoTogetherAsFarAsTheyFit() throws IOException, InterruptedException {
    String line = "x".repeat(400_000);
    server.put("in/a.csv", line + "\n" + line + "\n" + line);
    Map<String, Object> request = lines("MultiRecord");
    request.put("MaxPayloadInMB", 1);
    run(request);
    assertThat(model.bodies).containsExactly(line + "\n" + line, line);
    assertThat(output("a.csv.out"))
        .isEqualTo((line + "\n" + line + "\n" + line + "\n").toUpperCase(Locale.ROOT));
  }

  @Test
  void aSingleRecordIsARequestAndTheAnswersKeepTheOrder() throws IOException, InterruptedException {
    List<String> rows = IntStream.range(0, 200).mapToObj(i -> "row" + i).toList();
    server.put("in/a.csv", String.join("\n", rows));
    Map<String, Object> request = lines("SingleRecord");
    request.put("MaxConcurrentTransforms", 8);
    run(request);
    assertThat(model.bodies).hasSize(200);
    assertThat(output("a.csv.out").lines())
        .containsExactlyElementsOf(rows.stream().map(row -> row.toUpperCase(Locale.ROOT)).toList());
    assertThat(model.mostInFlight.get()).isBetween(2, 8);
  }

  @Test
  void theContainerLearnsWhatTheRequestSays() throws IOException, InterruptedException {
    Map<String, Object> request = lines("SingleRecord");
    request.put("MaxPayloadInMB", 3);
    request.put("MaxConcurrentTransforms", 2);
    request.put("Environment", Map.of("MINE", "yes", "A", "over the model's"));
    run(request);
    assertThat(model.environments.element())
        .containsEntry("SAGEMAKER_BATCH", "true")
        .containsEntry("SAGEMAKER_MAX_PAYLOAD_IN_MB", "3")
        .containsEntry("SAGEMAKER_BATCH_STRATEGY", "SINGLE_RECORD")
        .containsEntry("SAGEMAKER_MAX_CONCURRENT_TRANSFORMS", "2")
        .containsEntry("MINE", "yes")
        .containsEntry("A", "over the model's");
  }

  @Test
  void whatTheRequestLeavesOpenTheContainerSays() throws IOException, InterruptedException {
    FakeModel says =
        new FakeModel(
            text -> text,
            "text/csv",
            "{\"MaxConcurrentTransforms\":2,\"BatchStrategy\":\"SINGLE_RECORD\",\"MaxPayloadInMB\":7}");
    engine.image("says", says);
    server.sagemaker("CreateModel", Requests.imageModel("says", "says"));
    Map<String, Object> request = Requests.transformJob("job", "says");
    Requests.input(request).put("SplitType", "Line");
    run(request);
    assertThat(says.bodies).containsExactlyInAnyOrder("a1", "a2", "a3");
    assertThat(says.environments.element())
        .containsEntry("SAGEMAKER_BATCH", "true")
        .doesNotContainKeys("SAGEMAKER_MAX_PAYLOAD_IN_MB", "SAGEMAKER_BATCH_STRATEGY");
    assertThat(dataLog())
        .containsExactly(
            "[sagemaker logs]: MaxConcurrentTransforms=2, MaxPayloadInMB=7, BatchStrategy=SINGLE_RECORD");
  }

  @Test
  void aFailingRecordFailsTheJobNamingFileAndLineAndTheOtherFilesAreDone()
      throws IOException, InterruptedException {
    server.put("in/b.csv", "b1\nfail\nb3");
    server.put("in/c.csv", "c1");
    server.sagemaker("CreateTransformJob", lines("SingleRecord"));
    JsonNode job = server.awaitTransform("job", "Failed");
    assertThat(job.path("FailureReason").asText())
        .isEqualTo(
            "ClientError: s3://bucket/in/b.csv: line 2: the model answered 415: no such type");
    assertThat(output("a.csv.out")).isEqualTo("A1\nA2\nA3\n");
    assertThat(output("c.csv.out")).isEqualTo("C1\n");
    assertThat(server.s3("GET", "/bucket/out/b.csv.out", new byte[0]).statusCode()).isEqualTo(404);
    assertThat(dataLog()).anyMatch(line -> line.contains("s3://bucket/in/b.csv: line 2"));
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aServerErrorIsTriedAgainAsOftenAsAllowed() throws IOException, InterruptedException {
    model.failuresLeft.set(2);
    run(lines("MultiRecord"));
    assertThat(model.bodies).hasSize(3);
    assertThat(output("a.csv.out")).isEqualTo("A1\nA2\nA3\n");

    model.failuresLeft.set(2);
    Map<String, Object> once = lines("MultiRecord");
    once.put("TransformJobName", "once");
    once.put("ModelClientConfig", Map.of("InvocationsMaxRetries", 1));
    server.sagemaker("CreateTransformJob", once);
    assertThat(server.awaitTransform("once", "Failed").path("FailureReason").asText())
        .isEqualTo(
            "AlgorithmError: s3://bucket/in/a.csv: lines 1 to 3: the model answered 500: try again");
  }

  @Test
  void aModelThatDoesNotAnswerInTimeFailsTheJob() throws IOException, InterruptedException {
    server.put("in/a.csv", "slow");
    Map<String, Object> request = lines("SingleRecord");
    request.put(
        "ModelClientConfig", Map.of("InvocationsTimeoutInSeconds", 1, "InvocationsMaxRetries", 0));
    server.sagemaker("CreateTransformJob", request);
    assertThat(server.awaitTransform("job", "Failed").path("FailureReason").asText())
        .isEqualTo(
            "AlgorithmError: s3://bucket/in/a.csv: line 1: the model did not answer within"
                + " InvocationsTimeoutInSeconds 1");
  }

  @Test
  void aStoppedJobStaysStoppedAndLeavesNothing() throws IOException, InterruptedException {
    server.put("in/a.csv", "slow");
    server.sagemaker("CreateTransformJob", lines("SingleRecord"));
    while (model.bodies.isEmpty()) {
      Thread.onSpinWait();
    }
    server.sagemaker("StopTransformJob", Map.of("TransformJobName", "job"));
    server.awaitTransform("job", "Stopped");
    assertThat(server.s3("GET", "/bucket/out/a.csv.out", new byte[0]).statusCode()).isEqualTo(404);
    Answer again = server.sagemaker("StopTransformJob", Map.of("TransformJobName", "job"));
    assertThat(again.error()).isEqualTo("ValidationException");
    assertThat(again.message()).contains("Stopped");
    server.awaitNothingLeft(engine, data);
  }

  private Map<String, Object> lines(String strategy) {
    Map<String, Object> request = Requests.transformJob("job", "model");
    Requests.input(request).put("SplitType", "Line");
    Requests.output(request).put("AssembleWith", "Line");
    request.put("BatchStrategy", strategy);
    return request;
  }

  private JsonNode run(Map<String, Object> request) throws IOException, InterruptedException {
    Answer created = server.sagemaker("CreateTransformJob", request);
    assertThat(created.status()).as("%s", created.body()).isEqualTo(200);
    return server.awaitTransform(String.valueOf(request.get("TransformJobName")), "Completed");
  }

  private String output(String name) throws IOException, InterruptedException {
    return new String(
        server.s3("GET", "/bucket/out/" + name, new byte[0]).body(), StandardCharsets.UTF_8);
  }

  private List<String> dataLog() throws IOException, InterruptedException {
    return server.log("/aws/sagemaker/TransformJobs", "job/").entrySet().stream()
        .filter(stream -> stream.getKey().endsWith("/data-log"))
        .flatMap(stream -> stream.getValue().stream())
        .toList();
  }
}
