package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.engine.Folder;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints of several variants and instances, and their updates. */
class ServerFleetTest {

  @TempDir Path data;
  private final SystemTimeline timeline = new SystemTimeline();
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final CountDownLatch slowMayAnswer = new CountDownLatch(1);
  private final AtomicInteger slowRequests = new AtomicInteger();
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    engine
        .image("a", host -> serve(host, "a"))
        .image("b", host -> serve(host, "b"))
        .image("slow", this::serveSlowly)
        .image(
            "dies",
            host -> {
              host.print("no such layer");
              return 3;
            });
    server = new TestServer(data, engine, timeline);
  }

  @AfterEach
  void stop() {
    slowMayAnswer.countDown();
    server.close();
    timeline.close();
  }

  @Test
  void trafficIsSharedByWeightAndATargetVariantIsHeard() throws Exception {
    config("two", variant("first", "a", 1, 3.0), variant("second", "b", 1, 1.0));
    deploy("two");
    Map<String, Integer> answers = new TreeMap<>();
    for (int i = 0; i < 80; i++) {
      answers.merge(invoke().body(), 1, Integer::sum);
    }
    assertThat(answers.get("a")).isBetween(57, 63);
    assertThat(answers.get("b")).isBetween(17, 23);
    HttpResponse<String> targeted =
        server.invoke("endpoint", "", "X-Amzn-SageMaker-Target-Variant", "second");
    assertThat(targeted.body()).isEqualTo("b");
    assertThat(targeted.headers().firstValue("x-amzn-Invoked-Production-Variant"))
        .contains("second");
    assertThat(server.invoke("endpoint", "", "X-Amzn-SageMaker-Target-Variant", "none").body())
        .contains("has no variant none; it has first, second");
  }

  @Test
  void aRequestGoesToTheInstanceWithTheFewest() throws Exception {
    Map<String, Object> least = variant("v", "slow", 2, 1.0);
    least.put("RoutingConfig", Map.of("RoutingStrategy", "LEAST_OUTSTANDING_REQUESTS"));
    config("slow", least);
    deploy("slow");
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 1; i <= 6; i++) {
        answers.add(clients.submit(this::invoke));
        int sent = i;
        TestServer.await("request " + i + " is there", () -> slowRequests.get() == sent);
      }
      slowMayAnswer.countDown();
      Map<String, Integer> shares = new HashMap<>();
      for (Future<HttpResponse<String>> answer : answers) {
        shares.merge(answer.get().body(), 1, Integer::sum);
      }
      assertThat(shares).hasSize(2).allSatisfy((name, share) -> assertThat(share).isEqualTo(3));
    }
  }

  @Test
  void aRandomInstanceIsOneThatMayHaveMoreToDo() throws Exception {
    Map<String, Object> random = variant("v", "slow", 2, 1.0);
    random.put("RoutingConfig", Map.of("RoutingStrategy", "RANDOM"));
    config("random", random);
    deploy("random");
    assertThat(describe().at("/ProductionVariants/0/RoutingConfig/RoutingStrategy").asText())
        .isEqualTo("RANDOM");
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        answers.add(clients.submit(this::invoke));
        TestServer.await("it is there", () -> slowRequests.get() == answers.size());
      }
      slowMayAnswer.countDown();
      List<String> instances = new ArrayList<>();
      for (Future<HttpResponse<String>> answer : answers) {
        instances.add(answer.get().body());
      }
      // none is quick, so the one with the fewest would be another one each time
      assertThat(IntStream.range(1, 60).filter(i -> instances.get(i).equals(instances.get(i - 1))))
          .isNotEmpty();
      assertThat(Set.copyOf(instances)).hasSize(2);
    }
  }

  @Test
  void anUnknownRoutingStrategyIsRefused() throws Exception {
    model("a");
    Map<String, Object> unknown = variant("v", "a", 2, 1.0);
    unknown.put("RoutingConfig", Map.of("RoutingStrategy", "ROUND_ROBIN"));
    Answer refused =
        server.sagemaker(
            "CreateEndpointConfig",
            Map.of("EndpointConfigName", "c", "ProductionVariants", List.of(unknown)));
    assertThat(refused.error()).isEqualTo("ValidationException");
    assertThat(refused.message())
        .contains("'ROUND_ROBIN' at 'productionVariants.1.member.routingConfig.routingStrategy'")
        .contains("[LEAST_OUTSTANDING_REQUESTS, RANDOM]");
  }

  @Test
  void aDeadContainerIsReplacedWhileTheOthersAnswer() throws Exception {
    config("three", variant("v", "a", 3, 1.0));
    deploy("three");
    assertThat(engine.containers()).hasSize(3);
    String dead = engine.containers().getFirst();
    engine.kill(dead, false);
    for (int i = 0; i < 30; i++) {
      HttpResponse<String> answer = invoke();
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
    TestServer.await("the dead one is back", () -> engine.containers().size() == 3);
    assertThat(describe().path("EndpointStatus").asText()).isEqualTo("InService");
  }

  @Test
  void whoLeavesWhileItStartsAgainTakesNobodyAlong() throws Exception {
    CountDownLatch broken = new CountDownLatch(1);
    engine.image(
        "one-breaks",
        host -> broken.getCount() == 0 && host.spec().name().endsWith("-1") ? 3 : serve(host, "a"));
    config("two", variant("v", "one-breaks", 2, 1.0));
    deploy("two");
    List<String> names = engine.containers();
    broken.countDown();
    engine.kill(names.getLast(), false);
    TestServer.await("it is not there", () -> engine.containers().equals(names.subList(0, 1)));
    capacity("v", 1);
    server.awaitEndpoint("endpoint", "InService");
    for (int i = 0; i < 20; i++) {
      assertThat(invoke().body()).isEqualTo("a");
      timeline.sleep(Duration.ofMillis(10));
    }
    assertThat(engine.containers()).isEqualTo(names.subList(0, 1));
  }

  @Test
  void aDeleteDoesNotWaitForAnInstanceThatLeaves() throws Exception {
    config("slow", variant("v", "slow", 2, 1.0));
    deploy("slow");
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) { // each has one at least
        clients.execute(this::invokeAnyway);
      }
      TestServer.await("the requests are there", () -> slowRequests.get() == 8);
      capacity("v", 1);
      server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
      TestServer.await("nothing is left", () -> engine.containers().isEmpty());
      slowMayAnswer.countDown();
    }
  }

  @Test
  void anEndpointMadeAsSoonAsOneOfItsNameIsGoneIsAnother() throws Exception {
    config("a", variant("v", "a", 1, 1.0));
    for (int i = 0; i < 50; i++) {
      while (server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "a")).status()
          != 200) {
        Thread.onSpinWait();
      }
      JsonNode endpoint =
          server.await(
              "DescribeEndpoint",
              Map.of("EndpointName", "endpoint"),
              now -> !now.path("EndpointStatus").asText().equals("Creating"));
      assertThat(endpoint.path("EndpointStatus").asText())
          .as("%d: %s", i, endpoint)
          .isEqualTo("InService");
      assertThat(engine.containers()).hasSize(1);
      server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
    }
  }

  @Test
  void endpointsWhoseNamesAndVariantsJoinAlikeHaveContainersOfTheirOwn() throws Exception {
    config("a", variant("prod-v", "a", 1, 1.0));
    config("b", variant("v", "b", 1, 1.0));
    server.sagemaker("CreateEndpoint", Requests.endpoint("my", "a"));
    server.sagemaker("CreateEndpoint", Requests.endpoint("my-prod", "b"));
    server.awaitEndpoint("my", "InService");
    server.awaitEndpoint("my-prod", "InService");
    assertThat(server.invoke("my", "x").body()).isEqualTo("a");
    assertThat(server.invoke("my-prod", "x").body()).isEqualTo("b");
  }

  @Test
  void aContainerThatEndedBeforeItWasTakenUpIsStartedAnew() throws Exception {
    AtomicInteger starts = new AtomicInteger();
    engine.image(
        "second",
        host -> {
          host.print("start " + starts.get());
          return starts.getAndIncrement() == 1 ? 7 : serve(host, "a");
        });
    config("second", variant("v", "second", 1, 1.0));
    deploy("second");
    ContainerSpec spec = engine.specs().getFirst();
    server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
    while (describe().has("EndpointStatus")) { // its folder goes last
      timeline.sleep(Duration.ofMillis(10));
    }
    for (Folder folder : spec.folders()) {
      Files.createDirectories(folder.local());
    }
    engine.start(spec);
    TestServer.await("it has ended", () -> starts.get() == 2);
    deploy("second");
    assertThat(starts).hasValue(3);
    assertThat(invoke().body()).isEqualTo("a");
  }

  @Test
  void anUpdateLosesNoRequest() throws Exception {
    config("old", variant("v", "a", 2, 1.0));
    config("new", variant("v", "b", 2, 1.0));
    deploy("old");
    AtomicInteger sent = new AtomicInteger();
    Map<String, Integer> answers = new HashMap<>();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int client = 0; client < 8; client++) {
        running.add(
            clients.submit(() -> {
              while (sent.getAndIncrement() < 1_000) {
                HttpResponse<String> answer = invoke();
                synchronized (answers) {
                  answers.merge(answer.statusCode() + " " + answer.body(), 1, Integer::sum);
                }
              }
              return null;
            }));
      }
      TestServer.await("traffic is under way", () -> sent.get() > 200);
      update("new");
      for (Future<?> each : running) {
        each.get();
      }
    }
    assertThat(answers).containsOnlyKeys("200 a", "200 b");
    assertThat(answers.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(1_000);
    server.awaitEndpoint("endpoint", "InService");
    assertThat(describe().path("EndpointConfigName").asText()).isEqualTo("new");
    TestServer.await("the old fleet is gone", () -> engine.containers().size() == 2);
    assertThat(invoke().body()).isEqualTo("b");
  }

  @Test
  void aRequestOnTheOldFleetIsAnsweredBeforeItEnds() throws Exception {
    config("old", variant("v", "slow", 1, 1.0));
    config("new", variant("v", "b", 1, 1.0));
    deploy("old");
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> slow = clients.submit(this::invoke);
      TestServer.await("the request is there", () -> slowRequests.get() == 1);
      update("new");
      server.awaitEndpoint("endpoint", "InService");
      assertThat(invoke().body()).isEqualTo("b");
      assertThat(engine.containers()).hasSize(2);
      slowMayAnswer.countDown();
      assertThat(slow.get().statusCode()).isEqualTo(200);
    }
    TestServer.await("the old fleet is gone", () -> engine.containers().size() == 1);
  }

  @Test
  void aNewFleetThatFailsLeavesTheOldOneServingAndSaysWhy() throws Exception {
    config("old", variant("v", "a", 1, 1.0));
    config("new", variant("good", "b", 1, 1.0), variant("bad", "dies", 1, 1.0));
    deploy("old");
    update("new");
    JsonNode endpoint = server.awaitEndpoint("endpoint", "InService");
    assertThat(endpoint.path("FailureReason").asText())
        .contains("exit code 3")
        .contains("no such layer");
    assertThat(endpoint.path("EndpointConfigName").asText()).isEqualTo("old");
    assertThat(invoke().body()).isEqualTo("a");
    assertThat(engine.containers()).hasSize(1);
  }

  @Test
  void anUpdateDuringAnUpdateIsRefused() throws Exception {
    engine.image("never-healthy", host -> wait(host));
    config("old", variant("v", "a", 1, 1.0));
    config("new", variant("v", "never-healthy", 1, 1.0));
    deploy("old");
    update("new");
    Answer second = server.sagemaker("UpdateEndpoint", Requests.endpoint("endpoint", "old"));
    assertThat(second.error()).isEqualTo("ValidationException");
    assertThat(second.message()).contains("Cannot update in-progress endpoint");
    assertThat(describe().path("EndpointStatus").asText()).isEqualTo("Updating");
    assertThat(invoke().body()).isEqualTo("a");
    server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
    TestServer.await("nothing is left", () -> engine.containers().isEmpty());
  }

  @Test
  void weightsAndCapacitiesChangeWithoutAnotherFleet() throws Exception {
    config("two", variant("first", "a", 1, 1.0), variant("second", "b", 2, 1.0));
    deploy("two");
    List<String> before = engine.containers();
    Answer changed =
        server.sagemaker(
            "UpdateEndpointWeightsAndCapacities",
            Map.of(
                "EndpointName",
                "endpoint",
                "DesiredWeightsAndCapacities",
                List.of(
                    Map.of("VariantName", "first", "DesiredInstanceCount", 3),
                    Map.of(
                        "VariantName", "second", "DesiredWeight", 0, "DesiredInstanceCount", 1))));
    assertThat(changed.status()).as(changed.message()).isEqualTo(200);
    JsonNode endpoint = server.awaitEndpoint("endpoint", "InService");
    assertThat(endpoint.path("ProductionVariants").get(0).path("CurrentInstanceCount").asInt())
        .isEqualTo(3);
    assertThat(endpoint.path("ProductionVariants").get(1).path("CurrentWeight").asDouble())
        .isZero();
    assertThat(engine.containers()).hasSize(4).contains(before.getFirst());
    for (int i = 0; i < 10; i++) {
      assertThat(invoke().body()).isEqualTo("a");
    }
    server.close();
    server = new TestServer(data, engine, timeline);
    TestServer.await("the capacities are those of before", () -> engine.containers().size() == 4);
    Answer none =
        server.sagemaker(
            "UpdateEndpointWeightsAndCapacities",
            Map.of(
                "EndpointName",
                "endpoint",
                "DesiredWeightsAndCapacities",
                List.of(Map.of("VariantName", "third", "DesiredWeight", 1))));
    assertThat(none.message()).contains("has no variant third");
  }

  @Test
  void anUpdateThatWouldRetainNoWeightAtAllIsRefused() throws Exception {
    config("two", variant("idle", "a", 1, 0), variant("busy", "b", 1, 1.0));
    config("one", variant("idle", "a", 1, 1.0));
    deploy("two");
    Map<String, Object> retaining = new HashMap<>(Requests.endpoint("endpoint", "one"));
    retaining.put("RetainAllVariantProperties", true);
    Answer refused = server.sagemaker("UpdateEndpoint", retaining);
    assertThat(refused.error()).isEqualTo("ValidationException");
    assertThat(refused.message()).contains("endpoint endpoint would all have weight 0");
    assertThat(describe().path("EndpointStatus").asText()).isEqualTo("InService");
    assertThat(invoke().body()).isEqualTo("b");
    retaining.put(
        "ExcludeRetainedVariantProperties",
        List.of(Map.of("VariantPropertyType", "DesiredWeight")));
    Answer updated = server.sagemaker("UpdateEndpoint", retaining);
    assertThat(updated.status()).as(updated.message()).isEqualTo(200);
    server.awaitEndpoint("endpoint", "InService");
    assertThat(invoke().body()).isEqualTo("a");
  }

  @Test
  void aDataCaptureConfigIsForCaptureUnlessItSaysOtherwise() throws Exception {
    model("a");
    Map<String, Object> capture =
        new HashMap<>(
            Map.of(
                "InitialSamplingPercentage",
                10,
                "DestinationS3Uri",
                "s3://bucket/x",
                "CaptureOptions",
                List.of(Map.of("CaptureMode", "Input"))));
    Map<String, Object> request = new HashMap<>(Requests.config("config", "a"));
    request.put("DataCaptureConfig", capture);
    assertThat(server.sagemaker("CreateEndpointConfig", request).message())
        .contains("DataCaptureConfig is not supported");
    capture.put("EnableCapture", false);
    Answer created = server.sagemaker("CreateEndpointConfig", request);
    assertThat(created.status()).as(created.message()).isEqualTo(200);
  }

  @Test
  void whatIsNotSupportedIsRefusedByName() throws Exception {
    model("a");
    for (Map.Entry<String, Object> each :
        Map.<String, Object>of(
                "ShadowProductionVariants", List.of(variant("s", "a", 1, 1.0)),
                "DataCaptureConfig",
                    Map.of(
                        "EnableCapture",
                        true,
                        "InitialSamplingPercentage",
                        10,
                        "DestinationS3Uri",
                        "s3://bucket/x",
                        "CaptureOptions",
                        List.of(Map.of("CaptureMode", "Input"))),
                "ExplainerConfig", Map.of())
            .entrySet()) {
      Map<String, Object> request = new HashMap<>(Requests.config("config", "a"));
      request.put(each.getKey(), each.getValue());
      assertThat(server.sagemaker("CreateEndpointConfig", request).message())
          .contains(each.getKey() + " is not supported");
    }
    Map<String, Object> serverless = variant("v", "a", 1, 1.0);
    serverless.put("ServerlessConfig", Map.of("MemorySizeInMB", 1024, "MaxConcurrency", 1));
    assertThat(
            server
                .sagemaker(
                    "CreateEndpointConfig",
                    Map.of("EndpointConfigName", "c", "ProductionVariants", List.of(serverless)))
                .message())
        .contains("ServerlessConfig is not supported");
    config("config", variant("v", "a", 1, 1.0));
    Map<String, Object> canary = new HashMap<>(Requests.endpoint("endpoint", "config"));
    canary.put(
        "DeploymentConfig",
        Map.of(
            "BlueGreenUpdatePolicy",
            Map.of(
                "TrafficRoutingConfiguration",
                Map.of("Type", "CANARY", "WaitIntervalInSeconds", 0))));
    assertThat(server.sagemaker("CreateEndpoint", canary).message()).contains("CANARY");
    assertThat(server.sagemaker("ListEndpoints", Map.of()).body().path("Endpoints")).isEmpty();
  }

  private void capacity(String variant, int instances) throws Exception {
    Answer changed =
        server.sagemaker(
            "UpdateEndpointWeightsAndCapacities",
            Map.of(
                "EndpointName",
                "endpoint",
                "DesiredWeightsAndCapacities",
                List.of(Map.of("VariantName", variant, "DesiredInstanceCount", instances))));
    assertThat(changed.status()).as(changed.message()).isEqualTo(200);
  }

  private void config(String name, Object... variants) throws Exception {
    for (Object each : variants) {
      model(String.valueOf(((Map<?, ?>) each).get("ModelName")));
    }
    Answer created =
        server.sagemaker(
            "CreateEndpointConfig",
            Map.of("EndpointConfigName", name, "ProductionVariants", List.of(variants)));
    assertThat(created.status()).as(created.message()).isEqualTo(200);
  }

  /** A model of the image of the same name, without data; one that is there stays. */
  private void model(String image) throws Exception {
    server.sagemaker(
        "CreateModel",
        Map.of(
            "ModelName",
            image,
            "ExecutionRoleArn",
            TestServer.ROLE,
            "PrimaryContainer",
            Map.of("Image", image)));
  }

  private static Map<String, Object> variant(
      String name, String model, int instances, double weight) {
    return new HashMap<>(
        Map.of(
            "VariantName", name,
            "ModelName", model,
            "InitialInstanceCount", instances,
            "InitialVariantWeight", weight,
            "InstanceType", "ml.c4.xlarge"));
  }

  private void deploy(String config) throws Exception {
    Answer created = server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", config));
    assertThat(created.status()).as(created.message()).isEqualTo(200);
    server.awaitEndpoint("endpoint", "InService");
  }

  private void update(String config) throws Exception {
    Answer updated = server.sagemaker("UpdateEndpoint", Requests.endpoint("endpoint", config));
    assertThat(updated.status()).as(updated.message()).isEqualTo(200);
  }

  private HttpResponse<String> invoke() throws IOException, InterruptedException {
    return server.invoke("endpoint", "x");
  }

  private void invokeAnyway() {
    try {
      invoke();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode describe() throws IOException, InterruptedException {
    return server.sagemaker("DescribeEndpoint", Map.of("EndpointName", "endpoint")).body();
  }

  private static int wait(FakeHost host) throws InterruptedException {
    host.print("waiting");
    new CountDownLatch(1).await();
    return 0;
  }

  private static int serve(FakeHost host, String answer) throws IOException, InterruptedException {
    host.serve("/ping", exchange -> ServerHostingTest.answer(exchange, 200, "text/plain", ""));
    host.serve(
        "/invocations",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          ServerHostingTest.answer(exchange, 200, "text/plain", answer);
        });
    return wait(host);
  }

  /** Answers its name, once it may. */
  private int serveSlowly(FakeHost host) throws IOException, InterruptedException {
    host.serve("/ping", exchange -> ServerHostingTest.answer(exchange, 200, "text/plain", ""));
    host.serve(
        "/invocations",
        exchange ->
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    exchange.getRequestBody().readAllBytes();
                    slowRequests.incrementAndGet();
                    slowMayAnswer.await();
                    ServerHostingTest.answer(exchange, 200, "text/plain", host.spec().name());
                  } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                }));
    return wait(host);
  }
}
