package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server and images of model containers that are threads, for tests of what an endpoint runs. */
abstract class FleetTestBase {
  @TempDir Path data;
  final SystemTimeline timeline = new SystemTimeline();
  final FakeContainerEngine engine = new FakeContainerEngine();
  final CountDownLatch slowMayAnswer = new CountDownLatch(1);
  final AtomicInteger slowRequests = new AtomicInteger();
  TestServer server;

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

  void capacity(String variant, int instances) throws Exception {
    capacities(Map.of("VariantName", variant, "DesiredInstanceCount", instances));
  }

  void capacities(Object... desired) throws Exception {
    Answer changed =
        server.sagemaker(
            "UpdateEndpointWeightsAndCapacities",
            Map.of("EndpointName", "endpoint", "DesiredWeightsAndCapacities", List.of(desired)));
    assertThat(changed.status()).as(changed.message()).isEqualTo(200);
  }

  void config(String name, Object... variants) throws Exception {
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
  void model(String image) throws Exception {
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

  static Map<String, Object> variant(String name, String model, int instances, double weight) {
    return new HashMap<>(
        Map.of(
            "VariantName", name,
            "ModelName", model,
            "InitialInstanceCount", instances,
            "InitialVariantWeight", weight,
            "InstanceType", "ml.c4.xlarge"));
  }

  void deploy(String config) throws Exception {
    Answer created = server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", config));
    assertThat(created.status()).as(created.message()).isEqualTo(200);
    server.awaitEndpoint("endpoint", "InService");
  }

  void update(String config) throws Exception {
    Answer updated = server.sagemaker("UpdateEndpoint", Requests.endpoint("endpoint", config));
    assertThat(updated.status()).as(updated.message()).isEqualTo(200);
  }

  HttpResponse<String> invoke() throws IOException, InterruptedException {
    return server.invoke("endpoint", "x");
  }

  void invokeAnyway() {
    try {
      invoke();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  JsonNode describe() throws IOException, InterruptedException {
    return server.sagemaker("DescribeEndpoint", Map.of("EndpointName", "endpoint")).body();
  }

  static int wait(FakeHost host) throws InterruptedException {
    host.print("waiting");
    new CountDownLatch(1).await();
    return 0;
  }

  static int serve(FakeHost host, String answer) throws IOException, InterruptedException {
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
  int serveSlowly(FakeHost host) throws IOException, InterruptedException {
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
