package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.cli.Console;
import io.sagelocal.cli.Sagelocal;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask a running emulator. */
class ServerCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final SystemTimeline timeline = new SystemTimeline();
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ByteArrayOutputStream err = new ByteArrayOutputStream();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine.image("ok", ServerCommandsTest::train).image("model", ServerCommandsTest::serve);
    server = new TestServer(data, engine, timeline, Duration.ofSeconds(25));
    server.put("x", "x");
  }

  @AfterEach
  void stop() {
    server.close();
    timeline.close();
  }

  private static int train(FakeHost host) {
    host.print("epoch 1");
    host.print("epoch 2");
    return 0;
  }

  private static int serve(FakeHost host) throws IOException {
    host.serve(
        "/ping",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    host.serve(
        "/invocations",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    host.terminated().join();
    return 0;
  }

  @Test
  void jobsAreListedAsTextAndAsJson() throws IOException, InterruptedException {
    givenJob();
    assertThat(run("jobs")).isZero();
    assertThat(told(out)).contains("NAME", "STATUS").containsPattern("job +Training +Completed");
    assertThat(run("jobs", "--output", "json")).isZero();
    JsonNode first = JSON.readTree(told(out)).path(0);
    assertThat(first.path("Name").asText()).isEqualTo("job");
    assertThat(run("jobs", "--status", "Failed", "--output", "json")).isZero();
    assertThat(JSON.readTree(told(out))).isEmpty();
  }

  @Test
  void anotherAccountHasOtherJobs() throws IOException, InterruptedException {
    givenJob();
    assertThat(run("jobs", "--output", "json", "--account", "111111111111")).isZero();
    assertThat(JSON.readTree(told(out))).isEmpty();
  }

  @Test
  void logsArePrintedUntilTheJobHasEnded() throws IOException, InterruptedException {
    givenJob();
    assertThat(run("logs", "-f", "job")).isZero();
    assertThat(told(out).lines()).containsExactly("epoch 1", "epoch 2");
    assertThat(run("logs", "job", "--output", "json")).isZero();
    assertThat(JSON.readTree(told(out)).path("message").asText()).isEqualTo("epoch 1");
  }

  @Test
  @Timeout(14) // others' first look at a job may wait for 15
  void aJobUnderWayIsShownAtOnceAndItsLogWhileItGrows() throws IOException, InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    engine.image(
        "slow",
        host -> {
          host.print("epoch 1");
          end.await();
          host.print("epoch 2");
          return 0;
        });
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "slow"));
    Console console = console();
    ByteArrayOutputStream followed = out;
    CompletableFuture<Integer> following =
        CompletableFuture.supplyAsync(() -> Sagelocal.run(console, withFlags("logs", "-f", "job")));
    TestServer.await("the first line is printed", () -> told(followed).contains("epoch 1"));
    assertThat(run("describe", "job")).isZero();
    assertThat(told(out)).contains("TrainingJobStatus: InProgress");
    assertThat(run("logs", "job")).isZero();
    assertThat(told(out).lines()).containsExactly("epoch 1");
    assertThat(following).isNotDone();
    end.countDown();
    assertThat(following).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(0);
    assertThat(told(followed).lines()).containsExactly("epoch 1", "epoch 2");
  }

  @Test
  void logsAreThoseOfEveryHost() throws IOException, InterruptedException {
    givenJob();
    for (int host = 2; host <= 120; host++) {
      Map<String, Object> stream =
          Map.of(
              "logGroupName",
              "/aws/sagemaker/TrainingJobs",
              "logStreamName",
              "job/algo-" + host + "-1700000000000");
      server.logs("CreateLogStream", stream);
      Map<String, Object> events = new HashMap<>(stream);
      events.put("logEvents", List.of(Map.of("timestamp", 1_700_000_000_000L, "message", "hello")));
      assertThat(server.logs("PutLogEvents", events).status()).isEqualTo(200);
    }
    assertThat(run("logs", "job")).isZero();
    assertThat(told(out).lines())
        .hasSize(121)
        .contains("algo-1 | epoch 2", "algo-2 | hello", "algo-120 | hello", "algo-99 | hello");
  }

  @Test
  void describeFindsOutWhatKindOfThingItIs() throws IOException, InterruptedException {
    givenJob();
    assertThat(run("describe", "job")).isZero();
    assertThat(told(out)).contains("TrainingJobStatus: Completed", "  S3OutputPath: s3://bucket");
    assertThat(run("describe", "job", "--output", "json")).isZero();
    assertThat(JSON.readTree(told(out)).path("TrainingJobName").asText()).isEqualTo("job");
    assertThat(run("describe", "nothing")).isEqualTo(1);
    assertThat(told(err)).contains("\"nothing\"");
  }

  @Test
  void anEndpointIsListedAndInvoked() throws IOException, InterruptedException {
    server.sagemaker("CreateModel", Requests.imageModel("model", "model"));
    server.sagemaker("CreateEndpointConfig", Requests.config("config", "model"));
    server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "config"));
    server.awaitEndpoint("endpoint", "InService");
    assertThat(run("endpoints")).isZero();
    assertThat(told(out)).containsPattern("endpoint +InService");
    assertThat(run("invoke", "endpoint", "--data", "[1, 2]")).isZero();
    assertThat(told(out)).isEqualToIgnoringNewLines("[1, 2]");
    assertThat(run("invoke", "nothing", "--data", "x")).isEqualTo(1);
    assertThat(told(err)).contains("nothing");
  }

  @Test
  void whenNothingAnswersTheCommandThatStartsItIsTold() {
    assertThat(Sagelocal.run(console(), "jobs", "--endpoint", "http://127.0.0.1:1")).isEqualTo(1);
    assertThat(told(err)).contains("http://127.0.0.1:1", "sagelocal start").hasLineCount(1);
  }

  private void givenJob() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "ok"));
    server.awaitJob("job", "Completed");
  }

  private int run(String... args) {
    return Sagelocal.run(console(), withFlags(args));
  }

  private String[] withFlags(String... args) {
    return Stream.concat(
            Stream.of(args),
            Stream.of("--endpoint", server.endpoint().toString(), "--data-dir", data.toString()))
        .toArray(String[]::new);
  }

  private Console console() {
    out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    return new Console(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Map.of());
  }

  private static String told(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
