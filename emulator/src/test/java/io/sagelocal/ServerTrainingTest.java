package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.archive.TarGz;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.state.FakeTimeline;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TrainingJobs through real HTTP, with containers that are threads. */
class ServerTrainingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeTimeline timeline = new FakeTimeline();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine
        .image("ok", this::trainWell)
        .image("fails", ServerTrainingTest::failWithReason)
        .image("silent", host -> 3)
        .image("waits", this::waitForSignal);
    server = new TestServer(data, engine, timeline);
    server.put("data/train/a.csv", "1,2");
    server.put("data/train/sub/b.csv", "3,4");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whatChangesNothingHereIsKeptAndGivenBack() throws IOException, InterruptedException {
    Map<String, Object> kept = new HashMap<>();
    kept.put(
        "VpcConfig", Map.of("SecurityGroupIds", List.of("sg-1"), "Subnets", List.of("subnet-1")));
    kept.put("DebugHookConfig", Map.of("S3OutputPath", "s3://bucket/debug"));
    kept.put("ProfilerConfig", Map.of("S3OutputPath", "s3://bucket/profile"));
    kept.put("TensorBoardOutputConfig", Map.of("S3OutputPath", "s3://bucket/board"));
    kept.put("ExperimentConfig", Map.of("ExperimentName", "e"));
    kept.put("EnableInterContainerTrafficEncryption", true);
    kept.put("OutputDataConfig", Map.of("S3OutputPath", "s3://bucket/out", "KmsKeyId", "alias/k"));
    Map<String, Object> request = Requests.trainingJob("job", "silent");
    request.putAll(kept);
    assertThat(server.sagemaker("CreateTrainingJob", request).status()).isEqualTo(200);
    JsonNode job = server.awaitJob("job", "Failed");
    kept.forEach((member, value) ->
        assertThat(job.path(member))
            .as(member)
            .isEqualTo(new ObjectMapper().<JsonNode>valueToTree(value)));
  }

  @Test
  void aJobSeesItsInputsAndItsArtifactsAreInS3() throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob("job", "ok");
    request.put("HyperParameters", Map.of("epochs", "3"));
    request.put("InputDataConfig", List.of(Requests.channel("train", "s3://bucket/data/train")));
    request.put("Environment", Map.of("MINE", "yes"));

    Answer created = server.sagemaker("CreateTrainingJob", request);
    assertThat(created.body().path("TrainingJobArn").asText())
        .isEqualTo("arn:aws:sagemaker:us-east-1:000000000000:training-job/job");
    JsonNode job = server.awaitJob("job", "Completed");

    assertThat(seen)
        .containsExactly(
            "a.csv=1,2",
            "b.csv=3,4",
            "epochs=3",
            "host=algo-1",
            "mode=File",
            "job=job",
            "mine=yes",
            "command=[train]");
    String artifacts = job.path("ModelArtifacts").path("S3ModelArtifacts").asText();
    assertThat(artifacts).isEqualTo("s3://bucket/out/job/output/model.tar.gz");
    assertThat(unpacked("out/job/output/model.tar.gz").resolve("weights")).hasContent("w");
    assertThat(unpacked("out/job/output/output.tar.gz").resolve("plot")).hasContent("p");
    assertThat(job.path("OutputDataConfig").path("KmsKeyId").asText("none")).isEmpty();
    assertThat(job.path("SecondaryStatusTransitions").findValuesAsText("Status"))
        .containsExactly("Starting", "Downloading", "Training", "Uploading", "Completed");
    assertThat(job.path("SecondaryStatusTransitions").findValuesAsText("StatusMessage"))
        .doesNotContain("");
    assertThat(server.trainingLog("job")).containsExactly("training", "done");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void theFailureFileIsTheReason() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "fails"));
    JsonNode job = server.awaitJob("job", "Failed");
    assertThat(job.path("FailureReason").asText())
        .startsWith("AlgorithmError: no such column")
        .endsWith("exit code: 1")
        .hasSizeLessThanOrEqualTo(1024);
    assertThat(job.has("ModelArtifacts")).isFalse();
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aFailureFileThatIsALinkTellsNothingOfThisMachine() throws IOException, InterruptedException {
    Path secret = Files.writeString(data.resolve("secret"), "what others shall not read");
    engine.image(
        "links",
        host -> {
          Files.createSymbolicLink(host.path("/opt/ml/output/failure"), secret);
          host.print("no such column");
          return 1;
        });
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "links"));
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .isEqualTo("AlgorithmError: last log lines: no such column, exit code: 1");
  }

  @Test
  void withoutAFailureFileTheReasonTellsTheExitCode() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "silent"));
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .contains("exit code: 3");
  }

  @Test
  void anUnknownImageFailsTheJobSayingWhatWasLookedFor() throws IOException, InterruptedException {
    String image = "520713654638.dkr.ecr.us-east-1.amazonaws.com/sagemaker-mxnet:1.2-cpu-py2";
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", image));
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .contains(image)
        .contains("sagelocal/mxnet:1.2.1-cpu-py2")
        .contains("scripts/sagelocal images build 1.2.1 --python py2");
  }

  @Test
  void aMissingPrefixIsNamed() throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob("job", "ok");
    request.put("InputDataConfig", List.of(Requests.channel("train", "s3://bucket/nothing")));
    server.sagemaker("CreateTrainingJob", request);
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .startsWith("ClientError: Data download failed")
        .contains("s3://bucket/nothing");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aStoppedJobKeepsWhatItSavedAndStaysStopped() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "waits"));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("waiting");
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job"));
    JsonNode job = server.awaitJob("job", "Stopped");
    assertThat(job.path("SecondaryStatus").asText()).isEqualTo("Stopped");
    assertThat(unpacked("out/job/output/model.tar.gz").resolve("half")).hasContent("h");
    Answer again = server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job"));
    assertThat(again.error()).isEqualTo("ValidationException");
    assertThat(again.message()).contains("Stopped");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void theTimeLimitStopsAJob() throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob("job", "waits");
    request.put("StoppingCondition", Map.of("MaxRuntimeInSeconds", 60));
    server.sagemaker("CreateTrainingJob", request);
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("waiting");
    timeline.advance(Duration.ofSeconds(61));
    JsonNode job = server.awaitJob("job", "Stopped");
    assertThat(job.path("SecondaryStatus").asText()).isEqualTo("MaxRuntimeExceeded");
    assertThat(job.path("ModelArtifacts").path("S3ModelArtifacts").asText()).isNotEmpty();
  }

  @Test
  void aNameIsTakenOnlyOnceAndARefusalLeavesTheFirstAlone()
      throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "ok"));
    server.awaitJob("job", "Completed");
    Answer second = server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "fails"));
    assertThat(second.status()).isEqualTo(400);
    assertThat(second.error()).isEqualTo("ResourceInUse");
    assertThat(server.awaitJob("job", "Completed").has("FailureReason")).isFalse();
  }

  @Test
  void withoutAnEngineTheServerAnswersAndTheJobSaysWhy() throws IOException, InterruptedException {
    engine.down(true);
    assertThat(server.sagemaker("ListTrainingJobs", Map.of()).status()).isEqualTo(200);
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "ok"));
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .contains("the engine does not answer; start it");
    engine.down(false);
  }

  @Test
  void aMissingOutputBucketFailsTheJob() throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob("job", "ok");
    request.put("OutputDataConfig", Map.of("S3OutputPath", "s3://no-such-bucket/out"));
    server.sagemaker("CreateTrainingJob", request);
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .contains("no-such-bucket");
  }

  private int trainWell(FakeHost host) throws IOException {
    host.print("training");
    Path train = host.path("/opt/ml/input/data/train");
    if (Files.exists(train)) {
      JsonNode config = read(host, "inputdataconfig.json");
      seen.add("a.csv=" + Files.readString(train.resolve("a.csv")));
      seen.add("b.csv=" + Files.readString(train.resolve("sub/b.csv")));
      seen.add("epochs=" + read(host, "hyperparameters.json").path("epochs").textValue());
      seen.add("host=" + read(host, "resourceconfig.json").path("current_host").asText());
      seen.add("mode=" + config.path("train").path("TrainingInputMode").asText());
      seen.add("job=" + host.environment().get("TRAINING_JOB_NAME"));
      seen.add("mine=" + host.environment().get("MINE"));
      seen.add("command=" + host.spec().command());
    }
    Files.writeString(host.path("/opt/ml/model/weights"), "w");
    Files.writeString(host.path("/opt/ml/output/data/plot"), "p");
    host.print("done");
    return 0;
  }

  private static int failWithReason(FakeHost host) throws IOException {
    Files.writeString(host.path("/opt/ml/output/failure"), "no such column" + "!".repeat(5000));
    return 1;
  }

  private int waitForSignal(FakeHost host) throws IOException, InterruptedException {
    Files.writeString(host.path("/opt/ml/model/half"), "h");
    seen.add("waiting");
    new CountDownLatch(1).await();
    return 0;
  }

  private static JsonNode read(FakeHost host, String file) throws IOException {
    return JSON.readTree(Files.readAllBytes(host.path("/opt/ml/input/config/" + file)));
  }

  private Path unpacked(String key) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(data, "unpacked");
    TarGz.unpack(
        new ByteArrayInputStream(server.s3("GET", "/bucket/" + key, new byte[0]).body()), folder);
    return folder;
  }
}
