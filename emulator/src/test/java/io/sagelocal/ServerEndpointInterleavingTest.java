package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever create, update, delete, invocation, death and restart meet in whatever order: calls are
 * done or refused in the service's words, an endpoint that is not deleted serves or has failed in
 * the end, and one that is leaves nothing; an asynchronous invocation that was accepted has an
 * answer or an error in S3. A failure names its seed; the threads' own order differs from run to
 * run.
 */
class ServerEndpointInterleavingTest {
  private static final Set<String> SETTLED = Set.of("InService", "Failed");
  private static final List<String> NAMES = List.of("one", "two", "later");
  private static final List<String> IMAGES = List.of("good", "slow", "dies", "unknown");
  private static final int STEPS = 60;

  /** Of the names the one that answers to S3. */
  private static final String LATER = "later";

  private static final int CLIENTS = 3;

  @TempDir Path data;
  private final SystemTimeline timeline = new SystemTimeline();
  private final FakeContainerEngine engine =
      new FakeContainerEngine()
          .image("good", host -> serve(host, 0))
          .image("slow", host -> serve(host, 60))
          .image("dies", host -> 3);
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  /** Whoever is failed stays so until it is deleted. */
  private final Map<String, String> failed = new HashMap<>();

  /** Where the answer or the error of each accepted asynchronous invocation is to be. */
  private final List<List<String>> promised = new ArrayList<>();

  private volatile boolean over;
  private volatile TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = server();
  }

  @AfterEach
  void stop() {
    over = true;
    server.close();
    timeline.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void anEndpointServesOrHasFailedInTheEndAndLeavesNothing(long seed) throws Exception {
    Random random = new Random(seed);
    configs();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(Thread.ofVirtual().start(this::invokeOnAndOn));
    }
    for (int step = 0; step < STEPS; step++) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      switch (random.nextInt(14)) {
        case 0, 1, 2 ->
            call("CreateEndpoint", Requests.endpoint(name, config(name, random)), "Cannot create");
        case 3, 4 ->
            call(
                "UpdateEndpoint",
                Requests.endpoint(name, config(name, random)),
                "Cannot update",
                "Could not find");
        case 5 ->
            call(
                "UpdateEndpointWeightsAndCapacities",
                capacities(name, random),
                "Cannot update",
                "Could not find",
                "has no variant");
        case 6 -> delete(name);
        case 7, 8 -> killOne(random);
        case 9 -> {
          server.close();
          server = server();
        }
        case 10, 11, 12 -> invokeLater();
        default -> look(name);
      }
      Thread.sleep(random.nextInt(30));
    }
    settle();
    over = true;
    for (Thread client : clients) {
      client.join();
    }
    assertThat(wrong).isEmpty();
    end();
  }

  private TestServer server() throws IOException {
    return new TestServer(data, engine, new HurriedTimeline(timeline));
  }

  /** Of each image one with an instance, one with two, and one beside another variant. */
  private void configs() throws Exception {
    for (String image : IMAGES) {
      server.sagemaker("CreateModel", Requests.imageModel(image, image));
      config(image + "-1", variant("v", image, 1));
      config(image + "-2", variant("v", image, 2));
      config(image + "-beside", variant("v", "good", 1), variant("w", image, 1));
    }
    server.s3("PUT", "/bucket", new byte[0]);
  }

  /** A configuration, and the same for answers to S3 if it may be so. */
  private void config(String name, Object... variants) throws Exception {
    Map<String, Object> request = new HashMap<>();
    request.put("EndpointConfigName", name);
    request.put("ProductionVariants", List.of(variants));
    create(request);
    if (variants.length == 1) {
      request.put("EndpointConfigName", LATER + "-" + name);
      request.put(
          "AsyncInferenceConfig",
          Map.of(
              "OutputConfig",
              Map.of("S3OutputPath", "s3://bucket/out", "S3FailurePath", "s3://bucket/bad")));
      create(request);
    }
  }

  private void create(Map<String, Object> request) throws Exception {
    Answer created = server.sagemaker("CreateEndpointConfig", request);
    assertThat(created.status()).as(created.message()).isEqualTo(200);
  }

  private static Map<String, Object> variant(String name, String model, int instances) {
    return Map.of(
        "VariantName", name,
        "ModelName", model,
        "InitialInstanceCount", instances,
        "InstanceType", "ml.c4.xlarge");
  }

  /** Mostly one that works. */
  private static String config(String name, Random random) {
    String image = random.nextInt(4) > 0 ? IMAGES.get(random.nextInt(2)) : pick(IMAGES, random);
    return name.equals(LATER)
        ? LATER + "-" + image + pick(List.of("-1", "-2"), random)
        : image + pick(List.of("-1", "-2", "-beside"), random);
  }

  private static String pick(List<String> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  private static Map<String, Object> capacities(String name, Random random) {
    return Map.of(
        "EndpointName",
        name,
        "DesiredWeightsAndCapacities",
        List.of(
            Map.of(
                "VariantName",
                random.nextBoolean() ? "v" : "w",
                "DesiredInstanceCount",
                1 + random.nextInt(3),
                "DesiredWeight",
                1 + random.nextInt(2))));
  }

  private void call(String operation, Map<String, Object> request, String... refusals)
      throws Exception {
    Answer answer = server.sagemaker(operation, request);
    if (answer.status() != 200) {
      assertThat(answer.error()).as("%s %s: %s", operation, request, answer).startsWith("Valid");
      assertThat(answer.message()).as("%s %s", operation, request).containsAnyOf(refusals);
    }
  }

  private void delete(String name) throws Exception {
    failed.remove(name);
    call("DeleteEndpoint", Map.of("EndpointName", name), "Could not find");
  }

  private void killOne(Random random) {
    List<String> names = engine.containers();
    if (!names.isEmpty()) {
      engine.killIfThere(pick(names, random), random.nextBoolean());
    }
  }

  private void invokeLater() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        server.endpoint().resolve("/endpoints/" + LATER + "/async-invocations"))
                    .header("Authorization", TestServer.authorization("us-east-1", "sagemaker"))
                    .POST(BodyPublishers.ofString("x"))
                    .build(),
                BodyHandlers.ofString());
    if (answer.statusCode() == 202) {
      promised.add(
          Stream.of("OutputLocation", "FailureLocation")
              .map(each -> answer.headers().firstValue("X-Amzn-SageMaker-" + each).orElseThrow())
              .map(place -> place.substring("s3:/".length()))
              .toList());
    } else {
      assertThat(answer.body()).containsAnyOf("not found", "not InService");
    }
  }

  private void look(String name) throws Exception {
    JsonNode endpoint = describe(name);
    String reason = endpoint.path("FailureReason").asText();
    if (failed.containsKey(name)) {
      assertThat(endpoint.path("EndpointStatus").asText()).isIn("Failed");
      assertThat(reason).isEqualTo(failed.get(name));
    } else if (endpoint.path("EndpointStatus").asText().equals("Failed")) {
      assertThat(reason).isNotEmpty();
      failed.put(name, reason);
    }
  }

  private JsonNode describe(String name) throws Exception {
    return server.sagemaker("DescribeEndpoint", Map.of("EndpointName", name)).body();
  }

  /** While the server is restarted there is nobody to ask. */
  private void invokeOnAndOn() {
    while (!over) {
      TestServer asked = server;
      String name = NAMES.get(ThreadLocalRandom.current().nextInt(2));
      try {
        HttpResponse<String> answer = asked.invoke(name, "x");
        if (!isExpected(answer)) {
          wrong.add(name + ": " + answer.statusCode() + " " + answer.body());
        }
        Thread.sleep(2);
      } catch (IOException | RuntimeException e) {
        awaitAnother(asked, e);
      } catch (InterruptedException e) {
        wrong.add(e.toString());
        return;
      }
    }
  }

  private void awaitAnother(TestServer asked, Exception failure) {
    try {
      TestServer.await("another server", () -> over || server != asked);
    } catch (AssertionError | InterruptedException e) {
      wrong.add(failure + ", and no restart explains it");
      over = true;
    }
  }

  private static boolean isExpected(HttpResponse<String> answer) {
    return switch (answer.statusCode()) {
      case 200 -> answer.body().equals("x");
      case 400 -> answer.body().contains("not found") || answer.body().contains("not InService");
      case 424 -> answer.body().contains("broke off");
      case 503 -> answer.body().contains("being started again");
      default -> false;
    };
  }

  /** Waits until every endpoint that is there serves all it should, or has failed. */
  private void settle() throws Exception {
    int[] instances = {0};
    for (String name : NAMES) {
      JsonNode endpoint =
          server.await(
              "DescribeEndpoint",
              Map.of("EndpointName", name),
              now ->
                  now.path("message").asText().contains("Could not find")
                      || SETTLED.contains(now.path("EndpointStatus").asText()));
      look(name);
      if (endpoint.path("EndpointStatus").asText().equals("InService")) {
        endpoint
            .path("ProductionVariants")
            .forEach(variant -> instances[0] += variant.path("CurrentInstanceCount").asInt());
        TestServer.await(name + " answers", () -> name.equals(LATER) || answers(name));
      }
    }
    try {
      TestServer.await(
          "there are as many containers as instances",
          () -> engine.containers().size() == instances[0]);
    } catch (AssertionError e) {
      throw new AssertionError(
          "%s, the endpoints are %s"
              .formatted(engine.containers(), server.sagemaker("ListEndpoints", Map.of()).body()),
          e);
    }
    for (List<String> places : promised) {
      TestServer.await("one of %s is there".formatted(places), () -> found(places) == 1);
    }
  }

  private long found(List<String> places) {
    return places.stream().filter(place -> isThere(place)).count();
  }

  private boolean isThere(String place) {
    try {
      return server.s3("GET", place, new byte[0]).statusCode() == 200;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean answers(String name) {
    try {
      return server.invoke(name, "x").statusCode() == 200;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void end() throws Exception {
    for (String name : NAMES) {
      delete(name);
    }
    for (String name : NAMES) {
      server.await(
          "DescribeEndpoint",
          Map.of("EndpointName", name),
          now -> now.path("message").asText().contains("Could not find"));
      assertThat(server.invoke(name, "x").body()).contains("not found");
    }
    assertThat(engine.containers()).isEmpty();
    assertThat(engine.networks()).isEmpty();
    for (String scratch : List.of("endpoints/000000000000/us-east-1", "async-answers")) {
      if (Files.exists(data.resolve(scratch))) {
        try (Stream<Path> left = Files.list(data.resolve(scratch))) {
          assertThat(left).isEmpty();
        }
      }
    }
  }

  private static int serve(FakeHost host, int startMillis)
      throws IOException, InterruptedException {
    Thread.sleep(startMillis);
    host.serve("/ping", exchange -> ServerHostingTest.answer(exchange, 200, "text/plain", ""));
    host.serve(
        "/invocations",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          ServerHostingTest.answer(
              exchange, 200, "text/plain", new String(body, StandardCharsets.US_ASCII));
        });
    new CountDownLatch(1).await();
    return 0;
  }
}
