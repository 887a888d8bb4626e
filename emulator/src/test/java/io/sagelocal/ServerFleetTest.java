package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.TestServer.Answer;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Endpoints of several variants and instances, and who gets a request. */
class ServerFleetTest extends FleetTestBase {
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
}
