package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.archive.TarGz;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;
import software.amazon.eventstream.MessageDecoder;

/** What invocations carry, what they meet, and what becomes of their faults. */
class ServerInvocationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> NEXT = Map.of("first", "second", "second", "third");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path data;
  private final SystemTimeline timeline = new SystemTimeline();
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final SynchronousQueue<String> pieces = new SynchronousQueue<>();
  private final CountDownLatch clientGone = new CountDownLatch(1);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    engine.image("tool", this::serve).image("multi", this::serveModels);
    server = new TestServer(data, engine, timeline);
  }

  @AfterEach
  void stop() {
    server.close();
    timeline.close();
  }

  @Test
  void aPipelineGivesEachContainerTheAnswerOfTheOneBefore() throws Exception {
    model(Map.of("Containers", List.of(container("a"), container("b"), container("c"))));
    deploy();
    assertThat(engine.containers()).hasSize(3);
    HttpResponse<String> answer =
        server.invoke("endpoint", "echo", "Content-Type", "text/x", "Accept", "text/y");
    assertThat(answer.body()).isEqualTo("echo a[text/x,-] b[text/a,-] c[text/b,text/y]");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/c");
  }

  @Test
  void aRefusalInThePipelineNamesItsContainer() throws Exception {
    model(Map.of("Containers", List.of(container("a"), container("b"))));
    deploy();
    HttpResponse<String> answer = server.invoke("endpoint", "refuse-b");
    JsonNode error = JSON.readTree(answer.body());
    assertThat(answer.statusCode()).isEqualTo(424);
    assertThat(error.path("OriginalStatusCode").asInt()).isEqualTo(418);
    assertThat(error.path("Message").asText()).contains("client error (418) from b");
  }

  @Test
  void aContainerOfSeveralIsInvokedDirectlyByItsHostname() throws Exception {
    model(
        Map.of(
            "Containers",
            List.of(container("a"), container("b")),
            "InferenceExecutionConfig",
            Map.of("Mode", "Direct")));
    deploy();
    String header = "X-Amzn-SageMaker-Target-Container-Hostname";
    assertThat(server.invoke("endpoint", "echo", header, "b").body()).startsWith("echo b[");
    assertThat(server.invoke("endpoint", "echo").body()).contains("must be one of [a, b]");
    assertThat(server.invoke("endpoint", "echo", header, "z").body()).contains("no container z");
  }

  @Test
  void modelsAreRefusedForWhatTheyCannotBe() throws Exception {
    assertThat(refusal(Map.of("Containers", List.of(container("a"), container("a")))))
        .contains("two Containers with ContainerHostname a");
    assertThat(
            refusal(
                Map.of("Containers", List.of(container("a")), "PrimaryContainer", container("b"))))
        .contains("both PrimaryContainer and Containers");
    assertThat(refusal(Map.of("PrimaryContainer", Map.of("Image", "tool", "Mode", "MultiModel"))))
        .contains("needs a ModelDataUrl");
    assertThat(
            refusal(
                Map.of(
                    "PrimaryContainer",
                    Map.of(
                        "Image",
                        "tool",
                        "ModelDataSource",
                        Map.of(
                            "S3DataSource",
                            Map.of(
                                "S3Uri", "s3://bucket/m/",
                                "S3DataType", "S3Prefix",
                                "CompressionType", "Gzip"))))))
        .contains("CompressionType Gzip goes with S3DataType S3Object");
    assertThat(server.sagemaker("ListModels", Map.of()).body().path("Models")).isEmpty();
  }

  @Test
  void modelDataMayBeAPrefixOrOneFile() throws Exception {
    server.put("m/deep/one", "1");
    server.put("m/two", "2");
    for (Map.Entry<String, String> each :
        Map.of("s3://bucket/m/", "S3Prefix", "s3://bucket/m/two", "S3Object").entrySet()) {
      String name = "model-" + each.getValue().toLowerCase(java.util.Locale.ROOT);
      model(
          name,
          Map.of(
              "PrimaryContainer",
              Map.of(
                  "Image",
                  "tool",
                  "ModelDataSource",
                  Map.of(
                      "S3DataSource",
                      Map.of(
                          "S3Uri", each.getKey(),
                          "S3DataType", each.getValue(),
                          "CompressionType", "None")))));
      deploy(name, name);
    }
    assertThat(server.invoke("model-s3prefix", "files").body()).isEqualTo("[deep/one, two]");
    assertThat(server.invoke("model-s3object", "files").body()).isEqualTo("[two]");
  }

  @Test
  void modelsOnDemandAreLoadedOnceAndMakeRoomForOthers() throws Exception {
    for (String name : List.of("one", "two", "three")) {
      archive(name);
    }
    model(
        Map.of(
            "PrimaryContainer",
            Map.of("Image", "multi", "Mode", "MultiModel", "ModelDataUrl", "s3://bucket/models/")));
    deploy();
    String header = "X-Amzn-SageMaker-Target-Model";
    for (String name : List.of("one", "one", "two", "one", "three", "one", "two")) {
      assertThat(server.invoke("endpoint", "x", header, name + ".tar.gz").body())
          .isEqualTo(name + " x");
    }
    List<String> log = log();
    assertThat(log)
        .containsExactly(
            "load one", "load two", "unload two", "load three", "unload three", "load two");
    assertThat(server.invoke("endpoint", "x").body()).contains("TargetModel must name one");
    HttpResponse<String> missing = server.invoke("endpoint", "x", header, "none.tar.gz");
    assertThat(missing.statusCode()).isEqualTo(400);
    assertThat(missing.body())
        .contains("Failed to download model data(bucket: bucket, key: models/none.tar.gz)");
    archive("bad");
    HttpResponse<String> bad = server.invoke("endpoint", "x", header, "bad.tar.gz");
    assertThat(bad.statusCode()).isEqualTo(424);
    assertThat(JSON.readTree(bad.body()).path("OriginalMessage").asText()).isEqualTo("bad model");
  }

  @Test
  void aStreamedAnswerComesAsEventsPieceByPiece() throws Exception {
    deployTool();
    HttpResponse<InputStream> answer = streamFrom("first");
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("application/vnd.amazon.eventstream");
    assertThat(answer.headers().firstValue("X-Amzn-SageMaker-Content-Type"))
        .contains("text/pieces");
    MessageDecoder decoder = new MessageDecoder();
    for (String piece : List.of("first", "second", "third")) {
      Message message = next(answer.body(), decoder);
      assertThat(header(message, ":event-type")).isEqualTo("PayloadPart");
      assertThat(new String(message.getPayload(), StandardCharsets.UTF_8)).isEqualTo(piece);
      give(NEXT.getOrDefault(piece, ""));
    }
    assertThat(answer.body().readAllBytes()).isEmpty();
  }

  @Test
  void aStreamThatBreaksOffEndsInAnErrorEvent() throws Exception {
    deployTool();
    HttpResponse<InputStream> answer = streamFrom("first");
    MessageDecoder decoder = new MessageDecoder();
    next(answer.body(), decoder);
    engine.kill(engine.containers().getFirst(), false);
    Message message = next(answer.body(), decoder);
    assertThat(header(message, ":exception-type")).isEqualTo("ModelStreamError");
    assertThat(new String(message.getPayload(), StandardCharsets.UTF_8)).contains("broke off");
  }

  @Test
  void theLimitOfABodyIsTheServices() throws Exception {
    deployTool();
    assertThat(server.invoke("endpoint", "x".repeat(6_291_456)).statusCode()).isEqualTo(200);
    String tooLong = "x".repeat(6_291_457);
    HttpResponse<String> announced = server.invoke("endpoint", tooLong);
    assertThat(announced.statusCode()).isEqualTo(400);
    assertThat(announced.body()).contains("less than or equal to 6291456");
    HttpResponse<String> streamed =
        send(
            "invocations",
            BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream(tooLong.getBytes(StandardCharsets.UTF_8))),
            BodyHandlers.ofString());
    assertThat(streamed.statusCode()).isEqualTo(400);
    assertThat(streamed.body()).contains("less than or equal to 6291456");
  }

  @Test
  void aContainerKilledDuringARequestIsAModelError() throws Exception {
    deployTool();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> answer = clients.submit(() -> server.invoke("endpoint", "wait"));
      arrived.await();
      engine.kill(engine.containers().getFirst(), false);
      assertThat(answer.get().statusCode()).isEqualTo(424);
      assertThat(answer.get().body()).contains("broke off");
    }
  }

  @Test
  void aContainerThatIsSilentTooLongIsAModelError() throws Exception {
    server.close();
    server = TestServer.impatient(data, engine, timeline, Duration.ofMillis(300));
    deployTool();
    HttpResponse<String> answer = server.invoke("endpoint", "wait");
    assertThat(answer.statusCode()).isEqualTo(424);
    assertThat(JSON.readTree(answer.body()).path("Message").asText())
        .contains("timed out while waiting for a response from container primary");
    assertThat(server.invoke("endpoint", "echo").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sick", "deaf"})
  void aContainerThatIsNeverHealthyFailsTheEndpointWhenItsTimeIsOver(String image)
      throws Exception {
    engine
        .image(
            "sick",
            host -> {
              host.serve(
                  "/ping", exchange -> ServerHostingTest.answer(exchange, 500, "a/b", "sick"));
              host.print("I am unwell");
              new CountDownLatch(1).await();
              return 0;
            })
        .image(
            "deaf",
            host -> {
              host.print("I am unwell");
              new CountDownLatch(1).await();
              return 0;
            });
    server.close();
    FakeTimeline time = new FakeTimeline();
    server = new TestServer(data, engine, time);
    model(Map.of("PrimaryContainer", Map.of("Image", image)));
    server.sagemaker("CreateEndpointConfig", Requests.config("config", "model"));
    server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "config"));
    await("it starts", () -> !engine.containers().isEmpty());
    JsonNode failed =
        server.await(
            "DescribeEndpoint",
            Map.of("EndpointName", "endpoint"),
            endpoint -> {
              time.advance(Duration.ofSeconds(10));
              return endpoint.path("EndpointStatus").asText().equals("Failed");
            });
    assertThat(failed.path("FailureReason").asText())
        .contains("did not pass the ping health check within 240 seconds")
        .contains("I am unwell");
    assertThat(engine.containers()).isEmpty();
  }

  @Test
  void aSlowWriterAndASlowReaderAreServedAndHoldNobodyUp() throws Exception {
    deployTool();
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(head(4));
      for (byte each : "echo".getBytes(StandardCharsets.US_ASCII)) {
        out.write(each);
        out.flush();
        assertThat(server.invoke("endpoint", "echo").statusCode()).isEqualTo(200);
      }
      byte[] answer = new byte[12];
      for (int i = 0; i < answer.length; i++) {
        answer[i] = (byte) socket.getInputStream().read();
        assertThat(server.invoke("endpoint", "echo").statusCode()).isEqualTo(200);
      }
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void aClientThatIsGoneInTheMiddleStopsTheAnswerAndHarmsNobody() throws Exception {
    deployTool();
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort())) {
      socket.getOutputStream().write(head(7));
      socket.getOutputStream().write("endless".getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      assertThat(socket.getInputStream().read()).isPositive();
    }
    assertThat(clientGone.await(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .as("the container notices")
        .isTrue();
    assertThat(server.invoke("endpoint", "echo").statusCode()).isEqualTo(200);
  }

  @Test
  void sixtyFourClientsAreServedWithoutAnError() throws Exception {
    deployTool();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> served = new ArrayList<>();
      for (int client = 0; client < 64; client++) {
        served.add(
            clients.submit(() -> {
              int good = 0;
              for (int i = 0; i < 20; i++) {
                good += server.invoke("endpoint", "echo").statusCode() == 200 ? 1 : 0;
              }
              return good;
            }));
      }
      for (Future<Integer> each : served) {
        assertThat(each.get()).isEqualTo(20);
      }
    }
  }

  @Test
  void sessionsAndAttributesGoBothWaysAndWhatIsMissingIsRefusedByName() throws Exception {
    deployTool();
    HttpResponse<String> answer =
        server.invoke(
            "endpoint",
            "headers",
            "X-Amzn-SageMaker-Custom-Attributes",
            "a=1",
            "X-Amzn-SageMaker-Session-Id",
            "NEW_SESSION",
            "X-Amzn-SageMaker-Inference-Id",
            "id-1",
            "X-Other",
            "hidden");
    assertThat(answer.body()).isEqualTo("a=1 NEW_SESSION id-1 -");
    assertThat(answer.headers().firstValue("X-Amzn-SageMaker-Custom-Attributes")).contains("b=2");
    assertThat(answer.headers().firstValue("X-Amzn-SageMaker-New-Session-Id"))
        .contains("s1; Expires=2030-01-01T00:00:00Z");
    assertThat(
            server
                .invoke("endpoint", "echo", "X-Amzn-SageMaker-Enable-Explanations", "`true`")
                .body())
        .contains("X-Amzn-SageMaker-Enable-Explanations is not supported");
    assertThat(server.invoke("endpoint", "echo", "X-Amzn-SageMaker-Target-Model", "m").body())
        .contains("does not have Mode MultiModel");
  }

  @Test
  void anAsynchronousInvocationIsAnsweredToS3() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out", "S3FailurePath", "s3://bucket/bad"));
    server.put("in/1", "echo");
    HttpResponse<String> accepted = async("s3://bucket/in/1");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    assertThat(JSON.readTree(accepted.body()).path("InferenceId").asText()).isEqualTo("mine");
    assertThat(object(accepted, "OutputLocation")).isEqualTo("echo model[text/x,text/y]");
    server.put("in/2", "refuse");
    assertThat(object(async("s3://bucket/in/2"), "FailureLocation"))
        .contains("(418)")
        .contains("refuse");
    assertThat(object(async("s3://bucket/in/none"), "FailureLocation"))
        .contains("s3://bucket/in/none does not exist");
    assertThat(server.invoke("endpoint", "echo").body()).contains("use InvokeEndpointAsync");
  }

  @Test
  void anAcceptedAsynchronousInvocationSurvivesARestart() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out"));
    server.put("in/1", "wait-once");
    HttpResponse<String> accepted = async("s3://bucket/in/1");
    arrived.await();
    server.close();
    server = new TestServer(data, engine, timeline);
    assertThat(object(accepted, "OutputLocation")).isEqualTo("at last");
  }

  @Test
  void invocationsAreCounted() throws Exception {
    deployTool();
    server.invoke("endpoint", "echo");
    server.invoke("endpoint", "echo");
    server.invoke("endpoint", "refuse");
    Map<String, Double> sums = new HashMap<>();
    await(
        "the metrics are there",
        () -> {
          for (String metric :
              List.of("Invocations", "Invocation4XXErrors", "Invocation5XXErrors")) {
            sums.put(metric, sum(metric));
          }
          return sums.getOrDefault("Invocations", 0.0) == 3;
        });
    assertThat(sums)
        .containsEntry("Invocation4XXErrors", 1.0)
        .containsEntry("Invocation5XXErrors", 0.0);
    assertThat(sum("ModelLatency")).isPositive();
    assertThat(sum("OverheadLatency")).isPositive();
  }

  private double sum(String metric) {
    try {
      String form =
          "Action=GetMetricStatistics&Namespace=AWS%2FSageMaker&MetricName="
              + metric
              + "&StartTime="
              + timeline.now().minusSeconds(3600)
              + "&EndTime="
              + timeline.now().plusSeconds(3600)
              + "&Period=7200&Statistics.member.1=Sum"
              + "&Dimensions.member.1.Name=EndpointName&Dimensions.member.1.Value=endpoint"
              + "&Dimensions.member.2.Name=VariantName&Dimensions.member.2.Value=AllTraffic";
      HttpRequest request =
          HttpRequest.newBuilder(server.endpoint())
              .header("Authorization", TestServer.authorization("us-east-1", "monitoring"))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(BodyPublishers.ofString(form.replace(":", "%3A")))
              .build();
      String xml = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      Matcher sum = Pattern.compile("<Sum>([^<]+)</Sum>").matcher(xml);
      return sum.find() ? Double.parseDouble(sum.group(1)) : -1;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void deployAsync(Map<String, String> output) throws Exception {
    server.put("in/none-yet", "");
    model(Map.of("PrimaryContainer", Map.of("Image", "tool")));
    Map<String, Object> config = new HashMap<>(Requests.config("endpoint", "model"));
    config.put("AsyncInferenceConfig", Map.of("OutputConfig", output));
    Answer created = server.sagemaker("CreateEndpointConfig", config);
    assertThat(created.status()).as(created.message()).isEqualTo(200);
    server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "endpoint"));
    server.awaitEndpoint("endpoint", "InService");
  }

  private HttpResponse<String> async(String input) throws Exception {
    URI uri = server.endpoint().resolve("/endpoints/endpoint/async-invocations");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri)
                .header("Authorization", TestServer.authorization("us-east-1", "sagemaker"))
                .header("X-Amzn-SageMaker-InputLocation", input)
                .header("X-Amzn-SageMaker-Inference-Id", "mine")
                .header("X-Amzn-SageMaker-Content-Type", "text/x")
                .header("X-Amzn-SageMaker-Accept", "text/y")
                .POST(BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
  }

  /** The object that a header names, once it is there. */
  private String object(HttpResponse<?> answer, String header) throws Exception {
    String place =
        answer.headers().firstValue("X-Amzn-SageMaker-" + header).orElseThrow().substring(4);
    String[] found = {""};
    await(
        place + " is there",
        () -> {
          try {
            HttpResponse<byte[]> object = server.s3("GET", place, new byte[0]);
            found[0] = new String(object.body(), StandardCharsets.UTF_8);
            return object.statusCode() == 200;
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    return found[0];
  }

  private void deployTool() throws Exception {
    model(Map.of("PrimaryContainer", Map.of("Image", "tool")));
    deploy();
  }

  private static Map<String, Object> container(String hostname) {
    return Map.of("Image", "tool", "ContainerHostname", hostname);
  }

  private void model(Map<String, Object> containers) throws Exception {
    model("model", containers);
  }

  private void model(String name, Map<String, Object> containers) throws Exception {
    Answer created = create(name, containers);
    assertThat(created.status()).as(created.message()).isEqualTo(200);
  }

  private String refusal(Map<String, Object> containers) throws Exception {
    Answer refused = create("model", containers);
    assertThat(refused.error()).isEqualTo("ValidationException");
    return refused.message();
  }

  private Answer create(String name, Map<String, Object> containers) throws Exception {
    Map<String, Object> request = new HashMap<>(containers);
    request.put("ModelName", name);
    request.put("ExecutionRoleArn", TestServer.ROLE);
    return server.sagemaker("CreateModel", request);
  }

  private void deploy() throws Exception {
    deploy("endpoint", "model");
  }

  private void deploy(String endpoint, String model) throws Exception {
    server.sagemaker("CreateEndpointConfig", Requests.config(endpoint, model));
    Answer created = server.sagemaker("CreateEndpoint", Requests.endpoint(endpoint, endpoint));
    assertThat(created.status()).as(created.message()).isEqualTo(200);
    server.awaitEndpoint(endpoint, "InService");
  }

  private void archive(String name) throws Exception {
    Path model = Files.createDirectory(data.resolve("packed-" + name));
    Files.writeString(model.resolve("weights"), name);
    Path file = data.resolve(name + ".tar.gz");
    TarGz.pack(model, file);
    server.s3("PUT", "/bucket", new byte[0]);
    server.s3("PUT", "/bucket/models/" + name + ".tar.gz", Files.readAllBytes(file));
  }

  /** Begins a streamed answer; the container sends nothing before its first piece. */
  private HttpResponse<InputStream> streamFrom(String piece) throws Exception {
    Thread.ofVirtual().start(() -> give(piece));
    return send(
        "invocations-response-stream",
        BodyPublishers.ofString("stream"),
        BodyHandlers.ofInputStream());
  }

  private <T> HttpResponse<T> send(
      String what, HttpRequest.BodyPublisher body, HttpResponse.BodyHandler<T> answer)
      throws Exception {
    URI uri = server.endpoint().resolve("/endpoints/endpoint/" + what);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri)
                .header("Authorization", TestServer.authorization("us-east-1", "sagemaker"))
                .POST(body)
                .build(),
            answer);
  }

  private void give(String piece) {
    try {
      assertThat(pieces.offer(piece, LIMIT.toSeconds(), TimeUnit.SECONDS))
          .as("the container takes " + piece)
          .isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] head(int length) {
    return ("POST /endpoints/endpoint/invocations HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
            + TestServer.authorization("us-east-1", "sagemaker")
            + "\r\nContent-Length: "
            + length
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static Message next(InputStream in, MessageDecoder decoder) throws IOException {
    while (true) {
      List<Message> decoded = decoder.getDecodedMessages();
      if (!decoded.isEmpty()) {
        return decoded.getFirst();
      }
      int each = in.read();
      assertThat(each).as("there is another event").isNotNegative();
      decoder.feed(ByteBuffer.wrap(new byte[] {(byte) each}));
    }
  }

  private List<String> log() throws Exception {
    JsonNode events =
        server
            .logs("FilterLogEvents", Map.of("logGroupName", "/aws/sagemaker/Endpoints/endpoint"))
            .body()
            .path("events");
    List<String> lines = new ArrayList<>();
    events.forEach(event -> lines.add(event.path("message").asText()));
    return lines;
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(5);
    }
  }

  private int serve(FakeHost host) throws IOException, InterruptedException {
    host.serve("/ping", exchange -> ServerHostingTest.answer(exchange, 200, "text/plain", ""));
    host.serve("/invocations", exchange -> Thread.ofVirtual().start(() -> invoked(host, exchange)));
    new CountDownLatch(1).await();
    return 0;
  }

  private void invoked(FakeHost host, HttpExchange exchange) {
    try {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String me = host.spec().hostname();
      switch (body.split(" ", 2)[0]) {
        case "echo" ->
            ServerHostingTest.answer(
                exchange,
                200,
                "text/" + me,
                "%s %s[%s,%s]"
                    .formatted(
                        body,
                        me,
                        header(exchange, "Content-Type").replace("application/octet-stream", "-"),
                        header(exchange, "Accept")));
        case "refuse-b" ->
            ServerHostingTest.answer(exchange, me.equals("b") ? 418 : 200, "text/plain", body);
        case "files" -> ServerHostingTest.answer(exchange, 200, "text/plain", files(host));
        case "refuse" -> ServerHostingTest.answer(exchange, 418, "text/plain", body);
        case "wait-once" -> {
          if (arrived.getCount() == 0) {
            ServerHostingTest.answer(exchange, 200, "text/plain", "at last");
          } else {
            arrived.countDown();
            new CountDownLatch(1).await();
          }
        }
        case "wait" -> {
          arrived.countDown();
          new CountDownLatch(1).await();
        }
        case "stream" -> answerPieces(exchange);
        case "endless" -> answerWithoutEnd(exchange);
        case "headers" -> {
          exchange.getResponseHeaders().set("X-Amzn-SageMaker-Custom-Attributes", "b=2");
          exchange
              .getResponseHeaders()
              .set("X-Amzn-SageMaker-New-Session-Id", "s1; Expires=2030-01-01T00:00:00Z");
          ServerHostingTest.answer(
              exchange,
              200,
              "text/plain",
              String.join(
                  " ",
                  header(exchange, "X-Amzn-SageMaker-Custom-Attributes"),
                  header(exchange, "X-Amzn-SageMaker-Session-Id"),
                  header(exchange, "X-Amzn-SageMaker-Inference-Id"),
                  header(exchange, "X-Other")));
        }
        default -> ServerHostingTest.answer(exchange, 200, "text/plain", "" + body.length());
      }
    } catch (IOException | InterruptedException e) {
      exchange.close();
    }
  }

  private void answerPieces(HttpExchange exchange) throws IOException, InterruptedException {
    exchange.getResponseHeaders().set("Content-Type", "text/pieces");
    exchange.sendResponseHeaders(200, 0);
    for (String piece = pieces.take(); !piece.isEmpty(); piece = pieces.take()) {
      exchange.getResponseBody().write(piece.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
    }
    exchange.close();
  }

  private void answerWithoutEnd(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try {
      while (true) {
        exchange.getResponseBody().write(new byte[1 << 16]);
        exchange.getResponseBody().flush();
      }
    } catch (IOException e) {
      clientGone.countDown();
      throw e;
    }
  }

  private static String files(FakeHost host) throws IOException {
    Path model = host.path("/opt/ml/model");
    try (var paths = Files.walk(model)) {
      return paths
          .filter(Files::isRegularFile)
          .map(file -> model.relativize(file).toString())
          .sorted()
          .toList()
          .toString();
    }
  }

  /** A multi-model server with room for two. */
  private int serveModels(FakeHost host) throws IOException, InterruptedException {
    Map<String, String> loaded = new ConcurrentHashMap<>();
    assertThat(host.environment()).containsEntry("SAGEMAKER_MULTI_MODEL", "true");
    host.serve("/ping", exchange -> ServerHostingTest.answer(exchange, 200, "text/plain", ""));
    host.serve(
        "/models",
        exchange -> {
          String[] path = exchange.getRequestURI().getPath().split("/", -1);
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          if (path.length == 2) {
            JsonNode asked = JSON.readTree(body);
            String weights =
                Files.readString(host.path(asked.path("url").asText()).resolve("weights"));
            if (weights.equals("bad")) {
              ServerHostingTest.answer(exchange, 500, "text/plain", "bad model");
            } else if (loaded.size() == 2) {
              ServerHostingTest.answer(exchange, 507, "text/plain", "no room");
            } else {
              host.print("load " + weights);
              loaded.put(asked.path("model_name").asText(), weights);
              ServerHostingTest.answer(exchange, 200, "text/plain", "");
            }
          } else if (exchange.getRequestMethod().equals("DELETE")) {
            host.print("unload " + loaded.remove(path[2]));
            ServerHostingTest.answer(exchange, 200, "text/plain", "");
          } else if (!loaded.containsKey(path[2])) {
            ServerHostingTest.answer(exchange, 404, "text/plain", "");
          } else {
            ServerHostingTest.answer(exchange, 200, "text/plain", loaded.get(path[2]) + " " + body);
          }
        });
    new CountDownLatch(1).await();
    return 0;
  }

  private static String header(Message message, String name) {
    HeaderValue value = message.getHeaders().get(name);
    return value == null ? "-" : value.getString();
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "-" : value;
  }
}
