package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.archive.TarGz;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.engine.Folder;
import io.sagelocal.engine.Limits;
import io.sagelocal.engine.MachineSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models, endpoints and invocations through real HTTP, with containers that are threads. */
class ServerHostingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ARTIFACT = "s3://bucket/model.tar.gz";

  @TempDir Path data;
  private final SystemTimeline timeline = new SystemTimeline();
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine
        .image("echo", ServerHostingTest::serve)
        .image(
            "dies",
            host -> {
              host.print("Traceback: no such layer");
              return 2;
            })
        .image("takes-its-time", ServerHostingTest::endSlowly)
        .image(
            "never-healthy",
            host -> {
              new CountDownLatch(1).await();
              return 0;
            });
    server = new TestServer(data, engine, timeline);
    putArtifact();
  }

  @AfterEach
  void stop() {
    server.close();
    timeline.close();
  }

  @Test
  void anEndpointAnswersWithItsModel() throws IOException, InterruptedException {
    deploy("echo");
    server.awaitEndpoint("endpoint", "InService");
    HttpResponse<String> answer =
        server.invoke(
            "endpoint",
            "[1]",
            "Content-Type",
            "application/json",
            "Accept",
            "text/csv",
            "X-Amzn-SageMaker-Custom-Attributes",
            "trace=1");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("weights [1] application/json text/csv trace=1 A=b");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/csv");
    assertThat(answer.headers().firstValue("x-amzn-Invoked-Production-Variant"))
        .contains("AllTraffic");
  }

  @Test
  void whatTheContainerRefusesIsAModelErrorWithItsStatusAndBody()
      throws IOException, InterruptedException {
    deploy("echo");
    server.awaitEndpoint("endpoint", "InService");
    HttpResponse<String> answer = server.invoke("endpoint", "fail");
    assertThat(answer.statusCode()).isEqualTo(424);
    assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains("ModelError");
    JsonNode error = JSON.readTree(answer.body());
    assertThat(error.path("OriginalStatusCode").asInt()).isEqualTo(415);
    assertThat(error.path("OriginalMessage").asText()).isEqualTo("no such type");
    assertThat(error.path("LogStreamArn").asText())
        .isEqualTo(
            "arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints/endpoint");
  }

  @Test
  void aLargeBodyGoesThroughWhole() throws IOException, InterruptedException {
    deploy("echo");
    server.awaitEndpoint("endpoint", "InService");
    String body = "x".repeat(5_000_000);
    assertThat(server.invoke("endpoint", body, "Accept", "text/plain").body()).contains(body);
  }

  @Test
  void aContainerThatDiesWhileStartingFailsTheEndpointWithItsLog()
      throws IOException, InterruptedException {
    deploy("dies");
    JsonNode endpoint = server.awaitEndpoint("endpoint", "Failed");
    assertThat(endpoint.path("FailureReason").asText())
        .contains("exit code 2")
        .contains("Traceback: no such layer");
    assertThat(engine.containers()).isEmpty();
    HttpResponse<String> answer = server.invoke("endpoint", "[1]");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("is not InService but Failed");
  }

  @Test
  void aDeleteWinsOverAStartInFlight() throws IOException, InterruptedException {
    deploy("never-healthy");
    while (engine.containers().isEmpty()) {
      Thread.onSpinWait();
    }
    server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
    awaitGone();
    assertThat(engine.containers()).isEmpty();
  }

  @Test
  void anIsolatedModelHasANetworkOfItsOwnAndNoCredentials()
      throws IOException, InterruptedException {
    Map<String, Object> model = new HashMap<>(Requests.model("model", "echo", ARTIFACT));
    model.put("EnableNetworkIsolation", true);
    server.sagemaker("CreateModel", model);
    server.sagemaker("CreateEndpointConfig", Requests.config("config", "model"));
    server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "config"));
    server.awaitEndpoint("endpoint", "InService");
    ContainerSpec spec = engine.specs().getFirst();
    assertThat(spec.network()).isEqualTo(new ContainerNetwork.Guarded(spec.name()));
    assertThat(engine.networks())
        .containsOnlyKeys(spec.name())
        .allSatisfy((name, network) -> assertThat(network.isolated()).isTrue());
    assertThat(spec.environment()).containsEntry("AWS_REGION", "us-east-1");
    assertThat(spec.environment().keySet())
        .noneMatch(name -> name.contains("KEY") || name.contains("TOKEN") || name.contains("URL"));
    assertThat(spec.folders()).extracting(Folder::path).containsExactly("/opt/ml/model");
    assertThat(server.invoke("endpoint", "[1]").statusCode()).isEqualTo(200);
    server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
    awaitGone();
    assertThat(engine.containers()).isEmpty();
    assertThat(engine.networks()).isEmpty();
  }

  @Test
  void aDeletedEndpointLeavesNothing() throws IOException, InterruptedException {
    deploy("echo");
    server.awaitEndpoint("endpoint", "InService");
    server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
    awaitGone();
    assertThat(engine.containers()).isEmpty();
    assertThat(data.resolve("endpoints/000000000000/us-east-1/endpoint/AllTraffic")).doesNotExist();
    assertThat(server.invoke("endpoint", "[1]").body()).contains("not found");
  }

  @Test
  void aLifeWithoutAFaultLogsNoError() throws IOException, InterruptedException {
    PrintStream console = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      server.close();
      server = new TestServer(data, engine, timeline);
      deploy("takes-its-time");
      server.awaitEndpoint("endpoint", "InService");
      server.sagemaker("UpdateEndpoint", Requests.endpoint("endpoint", "config"));
      server.awaitEndpoint("endpoint", "InService");
      server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
      awaitGone();
      deploy("takes-its-time");
      server.awaitEndpoint("endpoint", "InService");
      server.close();
    } finally {
      System.setErr(console);
    }
    assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("ERROR", "WARN");
    assertThat(engine.containers()).isEmpty();
  }

  @Test
  void aDeleteThatTheEngineDoesNotAnswerIsTriedAgain() throws IOException, InterruptedException {
    deploy("echo");
    server.awaitEndpoint("endpoint", "InService");
    engine.down(true);
    server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
    server.awaitEndpoint("endpoint", "Deleting");
    assertThat(engine.containers()).hasSize(1);
    engine.down(false);
    awaitGone();
    assertThat(engine.containers()).isEmpty();
  }

  @Test
  void aContainerThatEndsIsStartedAgain() throws IOException, InterruptedException {
    deploy("echo");
    server.awaitEndpoint("endpoint", "InService");
    server.invoke("endpoint", "die");
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (server.invoke("endpoint", "[1]").statusCode() != 200) {
      assertThat(System.nanoTime()).as("the endpoint answers again").isLessThan(end);
      Thread.sleep(20);
    }
    server.awaitEndpoint("endpoint", "InService");
  }

  @Test
  void anEndpointIsThereAgainAfterARestart() throws IOException, InterruptedException {
    deploy("echo");
    server.awaitEndpoint("endpoint", "InService");
    server.close();
    assertThat(engine.containers()).isEmpty();
    server = new TestServer(data, engine, timeline);
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (server.invoke("endpoint", "[1]").statusCode() != 200) {
      assertThat(System.nanoTime()).as("the endpoint answers again").isLessThan(end);
      Thread.sleep(20);
    }
  }

  @Test
  void namesAreCheckedInTheWordsThatSdksLookFor() throws IOException, InterruptedException {
    Map<String, Object> model = Requests.model("model", "echo", ARTIFACT);
    server.sagemaker("CreateModel", model);
    Answer again = server.sagemaker("CreateModel", model);
    assertThat(again.error()).isEqualTo("ValidationException");
    assertThat(again.message()).contains("Cannot create already existing model");
    for (Map.Entry<String, String> each :
        Map.of(
                "DescribeModel", "ModelName",
                "DescribeEndpointConfig", "EndpointConfigName",
                "DescribeEndpoint", "EndpointName",
                "DescribeTrainingJob", "TrainingJobName",
                "DeleteModel", "ModelName",
                "DeleteEndpoint", "EndpointName")
            .entrySet()) {
      Answer missing = server.sagemaker(each.getKey(), Map.of(each.getValue(), "missing"));
      assertThat(missing.error()).as(each.getKey()).isEqualTo("ValidationException");
      assertThat(missing.message()).as(each.getKey()).contains("Could not find");
    }
    Answer config = server.sagemaker("CreateEndpointConfig", Requests.config("config", "none"));
    assertThat(config.message()).contains("Could not find model");
    assertThat(server.sagemaker("ListEndpointConfigs", Map.of()).body().path("EndpointConfigs"))
        .isEmpty();
  }

  @Test
  void anInstanceHasWhatItsTypeHasAndAGpuOfItsOwn() throws IOException, InterruptedException {
    engine.machine(new MachineSize(16, 128L << 30), "0", "1");
    server.sagemaker("CreateModel", Requests.model("model", "echo", ARTIFACT));
    deployOnGpu("first");
    deployOnGpu("second");
    assertThat(engine.specs().stream().map(ContainerSpec::limits))
        .extracting(limits -> limits.gpus().getFirst())
        .containsExactlyInAnyOrder("0", "1");
    assertThat(engine.specs().getFirst().limits())
        .returns(Optional.of(4.0), Limits::cpus)
        .returns(Optional.of(61L << 30), Limits::memoryBytes);
    deployOnGpu("third");
    assertThat(engine.specs().stream().flatMap(spec -> spec.limits().gpus().stream()))
        .as("nobody waits for the end of an endpoint")
        .containsExactlyInAnyOrder("0", "0", "1");
  }

  @Test
  void endpointsAndModelsAreFound() throws IOException, InterruptedException {
    deploy("echo");
    server.awaitEndpoint("endpoint", "InService");
    server.sagemaker(
        "CreateModel",
        Map.of(
            "ModelName",
            "other",
            "ExecutionRoleArn",
            TestServer.ROLE,
            "PrimaryContainer",
            Map.of("Image", "echo"),
            "Tags",
            List.of(Map.of("Key", "team", "Value", "blue"))));
    JsonNode endpoints = search("Endpoint", "EndpointStatus", "InService");
    assertThat(endpoints.findValuesAsText("EndpointName")).containsExactly("endpoint");
    JsonNode models = search("Model", "Tags.team", "blue");
    assertThat(
            models.path("Results").path(0).path("Model").path("Model").path("ModelName").asText())
        .isEqualTo("other");
    assertThat(models.path("Results")).hasSize(1);
    JsonNode suggestions =
        server
            .sagemaker(
                "GetSearchSuggestions",
                Map.of(
                    "Resource",
                    "Endpoint",
                    "SuggestionQuery",
                    Map.of("PropertyNameQuery", Map.of("PropertyNameHint", "endpointn"))))
            .body();
    assertThat(suggestions.findValuesAsText("PropertyName")).containsExactly("EndpointName");
    Answer refused = server.sagemaker("Search", Map.of("Resource", "Pipeline"));
    assertThat(refused.message()).contains("Pipeline", "use TrainingJob, Endpoint or Model");
  }

  private JsonNode search(String resource, String name, String value)
      throws IOException, InterruptedException {
    Map<String, Object> filter = Map.of("Name", name, "Operator", "Equals", "Value", value);
    return server
        .sagemaker(
            "Search",
            Map.of("Resource", resource, "SearchExpression", Map.of("Filters", List.of(filter))))
        .body();
  }

  private void deployOnGpu(String name) throws IOException, InterruptedException {
    Map<String, Object> variant =
        Map.of(
            "VariantName", "v",
            "ModelName", "model",
            "InitialInstanceCount", 1,
            "InstanceType", "ml.p2.xlarge");
    server.sagemaker(
        "CreateEndpointConfig",
        Map.of("EndpointConfigName", name, "ProductionVariants", List.of(variant)));
    server.sagemaker("CreateEndpoint", Requests.endpoint(name, name));
    server.awaitEndpoint(name, "InService");
  }

  private void deploy(String image) throws IOException, InterruptedException {
    server.sagemaker("CreateModel", Requests.model("model", image, ARTIFACT));
    server.sagemaker("CreateEndpointConfig", Requests.config("config", "model"));
    Answer created = server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "config"));
    assertThat(created.status()).as(created.message()).isEqualTo(200);
  }

  private void awaitGone() throws IOException, InterruptedException {
    server.await(
        "DescribeEndpoint",
        Map.of("EndpointName", "endpoint"),
        answer -> answer.path("message").asText().contains("Could not find"));
  }

  private void putArtifact() throws IOException, InterruptedException {
    Path model = Files.createDirectory(data.resolve("packed"));
    Files.writeString(model.resolve("weights"), "weights");
    Path file = data.resolve("model.tar.gz");
    TarGz.pack(model, file);
    server.s3("PUT", "/bucket", new byte[0]);
    server.s3("PUT", "/bucket/model.tar.gz", Files.readAllBytes(file));
  }

  private static int serve(FakeHost host) throws IOException, InterruptedException {
    CountDownLatch dead = new CountDownLatch(1);
    String weights = Files.readString(host.path("/opt/ml/model/weights"));
    host.serve("/ping", exchange -> answer(exchange, 200, "text/plain", ""));
    host.serve(
        "/invocations",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          switch (body) {
            case "fail" -> answer(exchange, 415, "text/plain", "no such type");
            case "die" -> dead.countDown();
            default -> {
              List<String> told =
                  List.of(
                      weights,
                      body,
                      header(exchange, "Content-Type"),
                      header(exchange, "Accept"),
                      header(exchange, "X-Amzn-SageMaker-Custom-Attributes"),
                      "A=" + host.environment().get("A"));
              answer(exchange, 200, header(exchange, "Accept"), String.join(" ", told));
            }
          }
        });
    dead.await();
    return 1;
  }

  /** Finishes what it has before it ends. */
  private static int endSlowly(FakeHost host) throws IOException {
    host.serve("/ping", exchange -> answer(exchange, 200, "text/plain", ""));
    host.terminated().join();
    LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
    return 0;
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "-" : value;
  }

  static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
