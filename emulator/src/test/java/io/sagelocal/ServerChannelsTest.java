package io.sagelocal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.engine.Folder;
import io.sagelocal.engine.Program;
import io.sagelocal.state.FakeTimeline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The inputs of TrainingJobs through real HTTP: modes, sources, and what is refused. */
class ServerChannelsTest {
  private static final String DATA = "/opt/ml/input/data";

  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private final Map<String, Object> source = new HashMap<>();
  private final Map<String, Object> channel = new HashMap<>(Map.of("ChannelName", "train"));
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    server = new TestServer(data, engine, new FakeTimeline());
    server.put("data/a", "one");
    server.put("data/b", "two");
    source.putAll(Map.of("S3DataType", "S3Prefix", "S3Uri", "s3://bucket/data/"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"File", "FastFile"})
  void filesAreThereBeforeTheContainer(String mode) throws IOException, InterruptedException {
    channel.put("InputMode", mode);
    run(host -> {
      seen.add(Files.readString(host.path("/opt/ml/input/config/inputdataconfig.json")));
      listFiles(host);
      return 0;
    });
    assertThat(seen.poll()).contains("\"TrainingInputMode\":\"" + mode + "\"");
    assertThat(seen).containsExactly("a=one", "b=two");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatAJobDoesToItsFilesNobodyElseSees(boolean layers)
      throws IOException, InterruptedException {
    engine.layers(layers);
    for (String name : List.of("job", "job-2")) {
      run(
          name,
          host -> {
            listFiles(host);
            Files.writeString(host.path(DATA + "/train/a"), "spoiled");
            Files.delete(host.path(DATA + "/train/b"));
            return 0;
          });
    }
    assertThat(seen).containsExactly("a=one", "b=two", "a=one", "b=two");
    assertThat(server.s3("GET", "/bucket/data/a", new byte[0]).body()).asString().isEqualTo("one");
    assertThat(server.s3("GET", "/bucket/data/b", new byte[0]).body()).asString().isEqualTo("two");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJobReadsOnWhatIsReplacedOrDeletedMeanwhile(boolean layers)
      throws IOException, InterruptedException {
    engine.layers(layers);
    CountDownLatch changed = new CountDownLatch(1);
    create(host -> {
      changed.await();
      return listFiles(host);
    });
    server.await(
        "DescribeTrainingJob",
        Map.of("TrainingJobName", "job"),
        job -> job.path("SecondaryStatus").asText().equals("Training"));
    server.put("data/a", "other");
    server.s3("DELETE", "/bucket/data/b", new byte[0]);
    changed.countDown();
    server.awaitJob("job", "Completed");
    assertThat(seen).containsExactly("a=one", "b=two");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void whereFoldersCanBeLaidOverOthersNoFileIsCopied() throws IOException, InterruptedException {
    run(host -> {
      Folder train =
          host.spec().folders().stream()
              .filter(folder -> folder.path().equals(DATA + "/train"))
              .findAny()
              .orElseThrow();
      seen.add("names: " + Files.getAttribute(train.beneath().get().resolve("a"), "unix:nlink"));
      return 0;
    });
    assertThat(seen).containsExactly("names: 2"); // the store's and the job's
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twoObjectsOfOneFileNameFailTheJob(boolean layers) throws IOException, InterruptedException {
    engine.layers(layers);
    server.put("data/a/below", "three");
    assertThat(failure(host -> 0)).contains("s3://bucket/data/a/below", "the file name a/below");
  }

  @Test
  void aManifestsFilesAreNamedAsItNamesThem() throws IOException, InterruptedException {
    server.put("other/deep/c", "three");
    server.put("list.json", "[{\"prefix\": \"s3://bucket/\"}, \"data/b\", \"other/deep/c\"]");
    source.putAll(Map.of("S3DataType", "ManifestFile", "S3Uri", "s3://bucket/list.json"));
    run(this::listFiles);
    assertThat(seen).containsExactly("data/b=two", "other/deep/c=three");
  }

  @Test
  void aManifestThatNamesAMissingObjectFailsTheJob() throws IOException, InterruptedException {
    server.put("list.json", "[{\"prefix\": \"s3://bucket/data/\"}, \"a\", \"nope\"]");
    source.putAll(Map.of("S3DataType", "ManifestFile", "S3Uri", "s3://bucket/list.json"));
    assertThat(failure(host -> 0)).contains("s3://bucket/data/nope", "does not exist");
  }

  @Test
  void aManifestCannotLeadOutOfItsChannel() throws IOException, InterruptedException {
    server.put("list.json", "[{\"prefix\": \"s3://bucket/data/\"}, \"../../config/x\"]");
    source.putAll(Map.of("S3DataType", "ManifestFile", "S3Uri", "s3://bucket/list.json"));
    assertThat(failure(host -> 0)).contains("cannot be a file below its folder");
  }

  @Test
  void eachEpochHasAPipeOfItsOwn() throws IOException, InterruptedException {
    channel.put("InputMode", "Pipe");
    run(host -> {
      for (int epoch = 0; epoch < 3; epoch++) {
        seen.add(new String(read(host, epoch), UTF_8));
      }
      return 0;
    });
    assertThat(seen).containsExactly("onetwo", "onetwo", "onetwo");
  }

  @Test
  void aPipeIsReadNoFurtherThanItsReaderAndOneThatStopsEarlyGetsTheNextEpoch()
      throws IOException, InterruptedException {
    server.put("data/a", "x".repeat(4 << 20));
    channel.put("InputMode", "Pipe");
    run(host -> {
      for (int epoch = 0; epoch < 5; epoch++) {
        try (InputStream pipe = Files.newInputStream(host.path(DATA + "/train_" + epoch))) {
          seen.add(new String(pipe.readNBytes(3), UTF_8));
        }
      }
      seen.add(String.valueOf(read(host, 5).length));
      return 0;
    });
    assertThat(seen).containsExactly("xxx", "xxx", "xxx", "xxx", "xxx", "4194307");
  }

  @Test
  void anUnreadPipeKeepsNobodyWaiting() throws IOException, InterruptedException {
    channel.put("InputMode", "Pipe");
    run(host -> 0);
  }

  @Test
  void aStopEndsAJobWhosePipeIsFull() throws IOException, InterruptedException {
    server.put("data/a", "x".repeat(4 << 20));
    channel.put("InputMode", "Pipe");
    create(host -> {
      try (InputStream pipe = Files.newInputStream(host.path(DATA + "/train_0"))) {
        seen.add("read " + pipe.read());
        new CountDownLatch(1).await();
      }
      return 0;
    });
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("read 120");
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job"));
    server.awaitJob("job", "Stopped");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void recordsAreWrappedAndGzipIsUnpackedOnTheWay() throws IOException, InterruptedException {
    server.s3("PUT", "/bucket/zip/a.gz", zipped("hello"));
    source.put("S3Uri", "s3://bucket/zip/");
    channel.putAll(
        Map.of("InputMode", "Pipe", "CompressionType", "Gzip", "RecordWrapperType", "RecordIO"));
    run(host -> {
      seen.add(new String(read(host, 0), ISO_8859_1));
      return 0;
    });
    assertThat(seen).containsExactly("\n#\u00d7\u00ce\5\0\0\0hello\0\0\0");
  }

  @Test
  void anAugmentedManifestBecomesRecords() throws IOException, InterruptedException {
    server.put("list", "{\"source-ref\": \"s3://bucket/data/a\", \"label\": 12}\n");
    source.putAll(
        Map.of(
            "S3DataType",
            "AugmentedManifestFile",
            "S3Uri",
            "s3://bucket/list",
            "AttributeNames",
            List.of("source-ref", "label")));
    channel.put("InputMode", "Pipe");
    run(host -> {
      seen.add(new String(read(host, 0), UTF_8));
      return 0;
    });
    assertThat(seen).containsExactly("one12");
  }

  @Test
  void aFaultOfTheDataIsNoEndOfAPipe() throws IOException, InterruptedException {
    server.put("data/c", "this is no gzip file");
    server.s3("PUT", "/bucket/data/a", zipped("one"));
    server.s3("PUT", "/bucket/data/b", zipped("two"));
    channel.putAll(Map.of("InputMode", "Pipe", "CompressionType", "Gzip"));
    String reason =
        failure(host -> {
          seen.add(new String(read(host, 0), UTF_8));
          return 0;
        });
    assertThat(reason).contains("channel train", "s3://bucket/data/c", "not a gzip file");
    assertThat(seen).isEmpty();
  }

  @Test
  void anEmptyPipeChannelFailsTheJobOnceItIsOpened() throws IOException, InterruptedException {
    source.put("S3Uri", "s3://bucket/nothing");
    channel.put("InputMode", "Pipe");
    assertThat(failure(host -> read(host, 0).length))
        .contains("s3://bucket/nothing", "no object has that prefix");
  }

  @Test
  void aRestartGivesAPipedJobNewContainersAsItsPipesHadEnded()
      throws IOException, InterruptedException {
    channel.put("InputMode", "Pipe");
    CountDownLatch second = new CountDownLatch(1);
    create(host -> {
      seen.add(new String(read(host, 0), UTF_8));
      second.await();
      return 0;
    });
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("onetwo");
    server.close();
    server = new TestServer(data, engine, new FakeTimeline());
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("onetwo");
    second.countDown();
    server.awaitJob("job", "Completed");
  }

  @Test
  void whatCannotBeDoneIsRefusedByName() throws IOException, InterruptedException {
    Map<String, Object> files =
        Map.of(
            "FileSystemDataSource",
            Map.of(
                "FileSystemId",
                "fs-00000000000",
                "FileSystemAccessMode",
                "ro",
                "FileSystemType",
                "EFS",
                "DirectoryPath",
                "/x"));
    assertThat(refusal(Map.of("DataSource", files))).contains("FileSystemDataSource", "train");
    assertThat(refusal(Map.of("CompressionType", "Gzip"))).contains("CompressionType", "Pipe");
    assertThat(refusal(Map.of("RecordWrapperType", "RecordIO")))
        .contains("RecordWrapperType", "Pipe");
    assertThat(refusal(Map.of("ChannelName", ".."))).contains("ChannelName \"..\"");
    source.put("S3DataType", "Converse");
    assertThat(refusal(Map.of())).contains("Converse");
    source.put("S3DataType", "AugmentedManifestFile");
    assertThat(refusal(Map.of())).contains("AugmentedManifestFile", "Pipe mode");
    assertThat(refusal(Map.of("InputMode", "Pipe"))).contains("AttributeNames");
    assertThat(server.sagemaker("ListTrainingJobs", Map.of()).body().path("TrainingJobSummaries"))
        .isEmpty();
  }

  private String refusal(Map<String, Object> changes) throws IOException, InterruptedException {
    Map<String, Object> changed = new HashMap<>(channel);
    changed.put("DataSource", Map.of("S3DataSource", source));
    changed.putAll(changes);
    Map<String, Object> request = Requests.trainingJob("refused", "job");
    request.put("InputDataConfig", List.of(changed));
    Answer answer = server.sagemaker("CreateTrainingJob", request);
    assertThat(answer.error()).isEqualTo("ValidationException");
    return answer.message();
  }

  private void create(Program program) throws IOException, InterruptedException {
    create("job", program);
  }

  private void create(String name, Program program) throws IOException, InterruptedException {
    engine.image("job", program);
    channel.put("DataSource", Map.of("S3DataSource", source));
    Map<String, Object> request = Requests.trainingJob(name, "job");
    request.put("InputDataConfig", List.of(channel));
    Answer answer = server.sagemaker("CreateTrainingJob", request);
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
  }

  private void run(Program program) throws IOException, InterruptedException {
    run("job", program);
  }

  private void run(String name, Program program) throws IOException, InterruptedException {
    create(name, program);
    server.awaitJob(name, "Completed");
    server.awaitNothingLeft(engine, data);
  }

  private String failure(Program program) throws IOException, InterruptedException {
    create(program);
    String reason = server.awaitJob("job", "Failed").path("FailureReason").asText();
    server.awaitNothingLeft(engine, data);
    return reason;
  }

  private int listFiles(FakeHost host) throws IOException {
    Path folder = host.path(DATA + "/train");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        seen.add(folder.relativize(file) + "=" + Files.readString(file));
      }
    }
    return 0;
  }

  /** Reads an epoch to its end, beside the container's thread, which a signal ends at once. */
  private static byte[] read(FakeHost host, int epoch) throws Exception {
    Path pipe = host.path(DATA + "/train_" + epoch);
    FutureTask<byte[]> reading = new FutureTask<>(() -> Files.readAllBytes(pipe));
    Thread.ofPlatform().daemon().start(reading);
    return reading.get();
  }

  private static byte[] zipped(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
