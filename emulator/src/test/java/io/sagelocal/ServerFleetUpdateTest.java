package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.Folder;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Instances that come, go and end while their endpoint serves, and its updates. */
class ServerFleetUpdateTest extends FleetTestBase {
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
    capacities(
        Map.of("VariantName", "first", "DesiredInstanceCount", 3),
        Map.of("VariantName", "second", "DesiredWeight", 0, "DesiredInstanceCount", 1));
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
}
