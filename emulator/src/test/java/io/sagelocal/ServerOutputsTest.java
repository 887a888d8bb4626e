package io.sagelocal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.archive.TarGz;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.engine.Program;
import io.sagelocal.state.FakeTimeline;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What TrainingJobs leave in S3 through real HTTP: artifacts, outputs, checkpoints. */
class ServerOutputsTest {
  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeTimeline timeline = new FakeTimeline();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private final Map<String, Object> request = Requests.trainingJob("job", "job");
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    server = new TestServer(data, engine, timeline);
    server.put("x", "");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everyHostsFilesAreInTheArchives() throws IOException, InterruptedException {
    hosts(2);
    create(ServerOutputsTest::leaveFiles);
    server.awaitJob("job", "Completed");
    Path model = unpacked("out/job/output/model.tar.gz");
    assertThat(model.resolve("algo-1")).hasContent("model of algo-1");
    assertThat(model.resolve("algo-2")).hasContent("model of algo-2");
    assertThat(model.resolve("same")).hasContent("algo-1");
    Path output = unpacked("out/job/output/output.tar.gz");
    assertThat(output.resolve("sub/algo-1")).hasContent("output of algo-1");
    assertThat(output.resolve("sub/algo-2")).hasContent("output of algo-2");
  }

  @Test
  void withoutCompressionEachFileIsAnObject() throws IOException, InterruptedException {
    hosts(2);
    request.put(
        "OutputDataConfig",
        Map.of("S3OutputPath", "s3://bucket/out", "CompressionType", "NONE", "KmsKeyId", "key"));
    create(ServerOutputsTest::leaveFiles);
    JsonNode job = server.awaitJob("job", "Completed");
    assertThat(job.path("ModelArtifacts").path("S3ModelArtifacts").asText())
        .isEqualTo("s3://bucket/out/job/output/model");
    assertThat(job.path("OutputDataConfig").path("KmsKeyId").asText()).isEqualTo("key");
    assertThat(server.kmsKey("/bucket/out/job/output/model/algo-2")).contains("key");
    assertThat(object("out/job/output/model/algo-2")).isEqualTo("model of algo-2");
    assertThat(object("out/job/output/model/same")).isEqualTo("algo-1");
    assertThat(object("out/job/output/output/sub/algo-1")).isEqualTo("output of algo-1");
  }

  @Test
  void archivesAreWrittenWithTheKeyThatIsAskedFor() throws IOException, InterruptedException {
    request.put(
        "OutputDataConfig", Map.of("S3OutputPath", "s3://bucket/out", "KmsKeyId", "alias/mine"));
    create(ServerOutputsTest::leaveFiles);
    server.awaitJob("job", "Completed");
    assertThat(server.kmsKey("/bucket/out/job/output/model.tar.gz")).contains("alias/mine");
    assertThat(server.kmsKey("/bucket/out/job/output/output.tar.gz")).contains("alias/mine");
  }

  @Test
  void withoutAKeyNothingIsSaidToBeEncrypted() throws IOException, InterruptedException {
    create(ServerOutputsTest::leaveFiles);
    server.awaitJob("job", "Completed");
    assertThat(server.kmsKey("/bucket/out/job/output/model.tar.gz")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GZIP", "NONE"})
  void whatS3DoesNotTakeIsKeptOnDiskAndTheJobSaysWhere(String compression)
      throws IOException, InterruptedException {
    request.put(
        "OutputDataConfig",
        Map.of("S3OutputPath", "s3://no-such-bucket/out", "CompressionType", compression));
    create(ServerOutputsTest::leaveFiles);
    String reason = server.awaitJob("job", "Failed").path("FailureReason").asText();
    Path kept = data.resolve("unsaved/000000000000/us-east-1/job");
    assertThat(reason)
        .startsWith("ClientError: Artifact upload failed")
        .contains("no-such-bucket", kept.toString());
    Path model = Files.createTempDirectory(data, "unpacked");
    TarGz.unpack(Files.newInputStream(kept.resolve("model.tar.gz")), model);
    assertThat(model.resolve("algo-1")).hasContent("model of algo-1");
    assertThat(kept.resolve("output.tar.gz")).exists();
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aFailedJobsOutputIsThereAndItsReasonIsItsOwn() throws IOException, InterruptedException {
    create(host -> {
      leaveFiles(host);
      return 7;
    });
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .startsWith("AlgorithmError")
        .contains("exit code: 7");
    assertThat(unpacked("out/job/output/output.tar.gz").resolve("sub/algo-1")).exists();
    assertThat(status("out/job/output/model.tar.gz")).isEqualTo(404);
  }

  @Test
  void aFailedJobTellsOfItselfFirstAndThenOfItsOutput() throws IOException, InterruptedException {
    request.put("OutputDataConfig", Map.of("S3OutputPath", "s3://no-such-bucket/out"));
    create(host -> {
      leaveFiles(host);
      return 7;
    });
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .startsWith("AlgorithmError")
        .contains("exit code: 7", "is kept in");
  }

  @Test
  void checkpointsAreRestoredAndKeptWhileTheHostsRunAndAtTheEnd()
      throws IOException, InterruptedException {
    server.put("ckpt/old/epoch-1", "one");
    server.put("ckpt2/other", "");
    request.put("CheckpointConfig", Map.of("S3Uri", "s3://bucket/ckpt", "LocalPath", "/tmp/mine/"));
    request.put("EnableManagedSpotTraining", true);
    request.put(
        "StoppingCondition", Map.of("MaxRuntimeInSeconds", 3600, "MaxWaitTimeInSeconds", 3600));
    CountDownLatch end = new CountDownLatch(1);
    create(host -> {
      Path folder = host.path("/tmp/mine");
      seen.add(Files.readString(folder.resolve("old/epoch-1")));
      try (java.util.stream.Stream<Path> files = Files.list(folder)) {
        seen.add(files.count() + " here");
      }
      Files.writeString(folder.resolve("epoch-2"), "two");
      seen.add("saved");
      end.await();
      Files.writeString(folder.resolve("epoch-3"), "three");
      return 0;
    });
    for (String expected : new String[] {"one", "1 here", "saved"}) {
      assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(expected);
    }
    awaitObject("ckpt/epoch-2", "two");
    end.countDown();
    JsonNode job = server.awaitJob("job", "Completed");
    assertThat(object("ckpt/epoch-3")).isEqualTo("three");
    assertThat(object("ckpt/old/epoch-1")).isEqualTo("one");
    assertThat(job.path("CheckpointConfig").path("LocalPath").asText()).isEqualTo("/tmp/mine/");
    assertThat(job.path("EnableManagedSpotTraining").asBoolean()).isTrue();
  }

  @Test
  void aStoppedJobsCheckpointsAreKeptAndTheNextJobHasThem()
      throws IOException, InterruptedException {
    request.put("CheckpointConfig", Map.of("S3Uri", "s3://bucket/ckpt/"));
    Program oneMore =
        host -> {
          Path file = host.path("/opt/ml/checkpoints/epochs");
          Files.writeString(file, (Files.exists(file) ? Files.readString(file) : "") + "x");
          seen.add(Files.readString(file));
          new CountDownLatch(1).await();
          return 0;
        };
    for (String expected : new String[] {"x", "xx", "xxx"}) {
      request.put("TrainingJobName", "job-" + expected);
      create(oneMore);
      assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(expected);
      server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job-" + expected));
      server.awaitJob("job-" + expected, "Stopped");
      assertThat(object("ckpt/epochs")).isEqualTo(expected);
    }
  }

  @Test
  void checkpointsOfAHostThatEndsWithItsEngineAreKeptAndTheNextAttemptHasThem()
      throws IOException, InterruptedException {
    request.put("CheckpointConfig", Map.of("S3Uri", "s3://bucket/ckpt"));
    request.put("RetryStrategy", Map.of("MaximumRetryAttempts", 1));
    create(host -> {
      Path file = host.path("/opt/ml/checkpoints/epoch");
      boolean again = Files.exists(file);
      seen.add(again ? "found " + Files.readString(file) : "first");
      if (!again) {
        Files.writeString(file, "one");
        seen.add("saved");
        new CountDownLatch(1).await();
      }
      return 0;
    });
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("saved");
    engine.lose(engine.containers().getFirst());
    server.await(
        "DescribeTrainingJob",
        Map.of("TrainingJobName", "job"),
        job -> {
          timeline.advance(Duration.ofSeconds(1)); // the pause before the second attempt
          return job.path("TrainingJobStatus").asText().equals("Completed");
        });
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("found one");
    assertThat(object("ckpt/epoch")).isEqualTo("one");
  }

  @Test
  void checkpointsWithoutABucketFailTheJobBeforeItBegins()
      throws IOException, InterruptedException {
    request.put("CheckpointConfig", Map.of("S3Uri", "s3://no-such-bucket/ckpt"));
    create(host -> 0);
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .contains("CheckpointConfig.S3Uri", "no-such-bucket", "does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"relative", "/", "/opt/ml/model", "/opt/ml/output/", "/a/../b"})
  void aCheckpointFolderIsOneOfItsOwn(String path) throws IOException, InterruptedException {
    request.put("CheckpointConfig", Map.of("S3Uri", "s3://bucket/ckpt", "LocalPath", path));
    Answer answer = server.sagemaker("CreateTrainingJob", request);
    assertThat(answer.error()).isEqualTo("ValidationException");
    assertThat(answer.message()).contains("LocalPath \"" + path + "\"");
  }

  private void hosts(int count) {
    request.put(
        "ResourceConfig",
        Map.of("InstanceType", "ml.c4.xlarge", "InstanceCount", count, "VolumeSizeInGB", 1));
  }

  private void create(Program program) throws IOException, InterruptedException {
    engine.image("job", program);
    Answer answer = server.sagemaker("CreateTrainingJob", request);
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
  }

  private static int leaveFiles(FakeHost host) throws IOException {
    String name = host.spec().hostname();
    Files.writeString(host.path("/opt/ml/model/" + name), "model of " + name);
    Files.writeString(host.path("/opt/ml/model/same"), name);
    Files.createDirectories(host.path("/opt/ml/output/data/sub"));
    Files.writeString(host.path("/opt/ml/output/data/sub/" + name), "output of " + name);
    return 0;
  }

  /** Moves time, as the folders are looked at now and then. */
  private void awaitObject(String key, String content) throws IOException, InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!object(key).equals(content)) {
      assertThat(System.nanoTime()).as("%s is %s", key, object(key)).isLessThan(end);
      timeline.advance(Duration.ofSeconds(5));
      Thread.sleep(10);
    }
  }

  private String object(String key) throws IOException, InterruptedException {
    return new String(server.s3("GET", "/bucket/" + key, new byte[0]).body(), UTF_8);
  }

  private int status(String key) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = server.s3("HEAD", "/bucket/" + key, new byte[0]);
    return answer.statusCode();
  }

  private Path unpacked(String key) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(data, "unpacked");
    TarGz.unpack(
        new ByteArrayInputStream(server.s3("GET", "/bucket/" + key, new byte[0]).body()), folder);
    return folder;
  }
}
