package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.archive.TarGz;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers with Mode MultiModel: which models they have loaded, and when. */
class ServerModelsOnDemandTest extends InvocationTestBase {
  private static final String ENABLED = "Enabled";
  private static final String DISABLED = "Disabled";

  private final FakeMultiModel multi = new FakeMultiModel(2);
  private final FakeMultiModel small = new FakeMultiModel(1);
  private final FakeMultiModel large = new FakeMultiModel(8);
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void putModels() throws Exception {
    engine.image("multi", multi).image("small", small).image("large", large);
    for (String name : List.of("one", "two", "three", "bad")) {
      archive(name);
    }
  }

  @AfterEach
  void nothingWrongWasAsked() {
    clients.shutdownNow();
    assertThat(multi.wrong).isEmpty();
    assertThat(small.wrong).isEmpty();
    assertThat(large.wrong).isEmpty();
  }

  @Test
  void modelsAreLoadedOnceAndMakeRoomForOthers() throws Exception {
    deploy("multi", ENABLED, 1);
    for (String name : List.of("one", "one", "two", "one", "three", "one", "two")) {
      assertThat(ask(name)).isEqualTo(name + " x");
    }
    assertThat(log(6))
        .containsExactly(
            "load one", "load two", "unload two", "load three", "unload three", "load two");
    assertThat(server.invoke("endpoint", "x").body()).contains("TargetModel must name one");
    HttpResponse<String> missing = invoke("none", "x");
    assertThat(missing.statusCode()).isEqualTo(400);
    assertThat(missing.body())
        .contains("Failed to download model data(bucket: bucket, key: models/none.tar.gz)");
    for (int i = 0; i < 2; i++) {
      assertThat(modelError("bad").path("OriginalMessage").asText()).isEqualTo("bad model");
    }
  }

  @Test
  void withoutACacheAModelIsLoadedForEachOfItsInvocations() throws Exception {
    deploy("multi", DISABLED, 1);
    for (int i = 0; i < 3; i++) {
      assertThat(ask("one")).isEqualTo("one x");
    }
    assertThat(log(6))
        .containsExactly(
            "load one", "unload one", "load one", "unload one", "load one", "unload one");
  }

  @Test
  void withoutACacheAModelStaysUntilTheLastThatUsesItIsAnswered() throws Exception {
    deploy("multi", DISABLED, 1);
    Future<HttpResponse<String>> first = clients.submit(() -> invoke("one", "wait"));
    multi.asked.await();
    assertThat(ask("one")).isEqualTo("one x");
    assertThat(multi.leaving.poll(200, TimeUnit.MILLISECONDS)).isNull();
    multi.mayAnswer.countDown();
    assertThat(first.get().body()).isEqualTo("one wait");
    assertThat(log(2)).containsExactly("load one", "unload one");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aModelThatIsLeavingIsLoadedAgainOnceItIsGone(boolean gone) throws Exception {
    deploy("multi", DISABLED, 1);
    CountDownLatch held = hold(multi, gone);
    assertThat(ask("one")).isEqualTo("one x");
    assertThat(multi.leaving.take()).isEqualTo("one");
    Future<String> again = clients.submit(() -> ask("one"));
    assertUnanswered(again);
    assertThat(ask("two")).as("another model does not wait for it").isEqualTo("two x");
    held.countDown();
    assertThat(again.get()).isEqualTo("one x");
    TestServer.await(
        "each is gone", () -> log().stream().filter("unload one"::equals).count() == 2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aModelThatMakesRoomIsLoadedAgainOnceItIsGone(boolean gone) throws Exception {
    deploy("multi", ENABLED, 1);
    ask("one");
    ask("two");
    CountDownLatch held = hold(multi, gone);
    Future<String> third = clients.submit(() -> ask("three"));
    assertThat(multi.leaving.take()).isEqualTo("one");
    Future<String> again = clients.submit(() -> ask("one"));
    assertUnanswered(again);
    held.countDown();
    assertThat(third.get()).isEqualTo("three x");
    assertThat(again.get()).isEqualTo("one x");
    assertThat(ask("one")).isEqualTo("one x");
  }

  @Test
  void aModelWaitsForTheRoomOfOneThatIsLeaving() throws Exception {
    deploy("small", DISABLED, 1);
    CountDownLatch held = hold(small, false);
    assertThat(ask("one")).isEqualTo("one x");
    assertThat(small.leaving.take()).isEqualTo("one");
    Future<String> second = clients.submit(() -> ask("two"));
    assertUnanswered(second);
    held.countDown();
    assertThat(second.get()).isEqualTo("two x");
  }

  /** Room for all that are in use at once: an invocation may be counted out after its answer. */
  @ParameterizedTest
  @CsvSource({"Enabled, 10", "Disabled, 2"})
  void whoeverLoadsAndUnloadsEveryInvocationIsAnswered(String cache, int models) throws Exception {
    for (int i = 0; i < models; i++) {
      archive("model-" + i);
    }
    deploy("large", cache, 1);
    List<Future<?>> running = new ArrayList<>();
    for (int client = 0; client < 4; client++) {
      Random random = new Random(client);
      running.add(
          clients.submit(() -> {
            for (int i = 0; i < 60; i++) {
              String name = "model-" + random.nextInt(models);
              assertThat(ask(name)).isEqualTo(name + " x");
            }
            return null;
          }));
    }
    for (Future<?> each : running) {
      each.get();
    }
    assertThat(large.leaving).as("some were unloaded").isNotEmpty();
  }

  @Test
  void whatWasLoadedBeforeACrashIsUsedOrMakesRoom() throws Exception {
    deploy("multi", ENABLED, 1);
    ask("one");
    ask("two");
    crash();
    assertThat(ask("one")).isEqualTo("one x");
    assertThat(ask("three")).isEqualTo("three x");
    assertThat(ask("one")).isEqualTo("one x");
    assertThat(ask("two")).isEqualTo("two x");
    assertThat(log(6))
        .containsExactly(
            "load one", "load two", "unload two", "load three", "unload three", "load two");
  }

  @Test
  void everyModelOfBeforeACrashMayHaveToGo() throws Exception {
    deploy("multi", ENABLED, 1);
    archive("four");
    ask("one");
    ask("two");
    crash();
    assertThat(ask("three")).isEqualTo("three x");
    assertThat(ask("four")).isEqualTo("four x");
    assertThat(log(6)).contains("unload one", "unload two").endsWith("load four");
  }

  @Test
  void aModelThatDoesNotGoIsAskedToOnce() throws Exception {
    deploy("small", ENABLED, 1);
    ask("one");
    crash();
    small.unloads = 500;
    Future<JsonNode> refused = clients.submit(() -> modelError("two"));
    assertThat(refused.get(LIMIT.toSeconds(), TimeUnit.SECONDS).path("OriginalStatusCode").asInt())
        .isEqualTo(507);
    small.unloads = 200;
    assertThat(ask("two")).isEqualTo("two x");
  }

  @Test
  void aContainerThatDoesNotListItsModelsMakesRoomToo() throws Exception {
    multi.lists = 404;
    deploy("multi", ENABLED, 1);
    for (String name : List.of("one", "two", "three")) {
      assertThat(ask(name)).isEqualTo(name + " x");
    }
  }

  @Test
  void aModelIsLoadedByAnotherInstanceWhenOneIsNotThere() throws Exception {
    deploy("large", ENABLED, 2);
    large.hosts.getFirst().fallSilent();
    for (int i = 0; i < 4; i++) {
      archive("model-" + i);
      assertThat(ask("model-" + i)).isEqualTo("model-" + i + " x");
    }
  }

  @Test
  void aModelThatNoInstanceCouldLoadIsAModelErrorAfterTheSecond() throws Exception {
    large.deadly = "one";
    deploy("large", ENABLED, 2);
    assertThat(modelError("one").path("Message").asText())
        .as("it takes the second instance along")
        .contains("server error (0) from primary")
        .contains("POST /models was not answered");
    large.deadly = "";
    assertThat(modelError("two").path("OriginalStatusCode").asInt()).isZero();
  }

  /** Ends the server without its containers, as {@code kill -9} would, and starts another. */
  private void crash() throws Exception {
    engine.down(true);
    server.close();
    engine.down(false);
    server = new TestServer(data, engine, timeline);
    TestServer.await("the instance is taken up", () -> askWithoutAModel() != 503);
  }

  private int askWithoutAModel() {
    try {
      return invoke("none", "x").statusCode();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Holds every unloading, before the model is gone or after. */
  private static CountDownLatch hold(FakeMultiModel container, boolean gone) {
    CountDownLatch held = new CountDownLatch(1);
    if (gone) {
      container.mayAnswerThatItLeft = held;
    } else {
      container.mayLeave = held;
    }
    return held;
  }

  private static void assertUnanswered(Future<String> answer) {
    assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
  }

  private void deploy(String image, String cache, int instances) throws Exception {
    model(
        Map.of(
            "PrimaryContainer",
            Map.of(
                "Image",
                image,
                "Mode",
                "MultiModel",
                "ModelDataUrl",
                "s3://bucket/models/",
                "MultiModelConfig",
                Map.of("ModelCacheSetting", cache))));
    Map<String, ?> variant =
        Map.of(
            "VariantName",
            "v",
            "ModelName",
            "model",
            "InitialInstanceCount",
            instances,
            "InstanceType",
            "ml.c4.xlarge");
    server.sagemaker(
        "CreateEndpointConfig",
        Map.of("EndpointConfigName", "config", "ProductionVariants", List.of(variant)));
    server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "config"));
    server.awaitEndpoint("endpoint", "InService");
  }

  private String ask(String name) throws IOException, InterruptedException {
    return invoke(name, "x").body();
  }

  private JsonNode modelError(String name) throws IOException, InterruptedException {
    HttpResponse<String> answer = invoke(name, "x");
    assertThat(answer.statusCode()).isEqualTo(424);
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> invoke(String name, String body)
      throws IOException, InterruptedException {
    return server.invoke("endpoint", body, "X-Amzn-SageMaker-Target-Model", name + ".tar.gz");
  }

  private void archive(String name) throws Exception {
    Path model = Files.createDirectory(data.resolve("packed-" + name));
    Files.writeString(model.resolve("weights"), name);
    Path file = data.resolve(name + ".tar.gz");
    TarGz.pack(model, file);
    server.s3("PUT", "/bucket", new byte[0]);
    server.s3("PUT", "/bucket/models/" + name + ".tar.gz", Files.readAllBytes(file));
  }

  /** The endpoint's log once it has so many lines, which come a little after what they tell. */
  private List<String> log(int count) throws Exception {
    List<String> lines = new ArrayList<>();
    TestServer.await(
        count + " lines are in the log",
        () -> {
          lines.clear();
          lines.addAll(log());
          return lines.size() >= count;
        });
    return lines;
  }

  private List<String> log() {
    Map<String, ?> group = Map.of("logGroupName", "/aws/sagemaker/Endpoints/endpoint");
    try {
      List<String> lines = new ArrayList<>();
      server
          .logs("FilterLogEvents", group)
          .body()
          .path("events")
          .forEach(event -> lines.add(event.path("message").asText()));
      return lines;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
