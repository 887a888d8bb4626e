package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers of an endpoint in service that hang; time passes a hundred times as fast. */
class ServerHealthTest {

  /** More than enough for all pings that a silent container is allowed to miss. */
  private static final Duration MANY_PINGS = Duration.ofMillis(400);

  @TempDir Path data;
  private final SystemTimeline timeline = new SystemTimeline();
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final AtomicInteger started = new AtomicInteger();
  private final CountDownLatch mayAnswer = new CountDownLatch(1);
  private volatile int firstOnesPing = 200;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    engine.image("numbered", this::serve);
    server = new TestServer(data, engine, new HurriedTimeline(timeline));
  }

  @AfterEach
  void stop() {
    mayAnswer.countDown();
    server.close();
    timeline.close();
  }

  @Test
  void aContainerThatHangsIsReplaced() throws Exception {
    deploy(2);
    firstOnesPing = 0;
    TestServer.await("another one is started", () -> started.get() == 3);
    TestServer.await("there are two again", () -> engine.containers().size() == 2 && answers("3"));
    for (int i = 0; i < 10; i++) {
      assertThat(invoke("x").body()).isIn("2", "3");
    }
  }

  @Test
  void aContainerThatSaysItIsIllIsReplaced() throws Exception {
    deploy(1);
    firstOnesPing = 500;
    TestServer.await("another one is started", () -> started.get() == 2);
    TestServer.await("it answers", () -> answers("2"));
  }

  @Test
  void aContainerThatIsBusyAnswersNoPingAndIsLeftAlone() throws Exception {
    deploy(1);
    firstOnesPing = 0;
    try (var client = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> answer = client.submit(() -> invoke("slow"));
      Thread.sleep(MANY_PINGS);
      assertThat(started).hasValue(1);
      firstOnesPing = 200;
      mayAnswer.countDown();
      assertThat(answer.get().body()).isEqualTo("1");
    }
    assertThat(invoke("x").body()).isEqualTo("1");
  }

  @Test
  void aContainerThatAnswersNothingForAsLongAsARequestMayTakeIsReplacedWhileTheOtherAnswers()
      throws Exception {
    deploy(2);
    firstOnesPing = 0;
    try (var client = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> one = client.submit(() -> invoke("first is slow"));
      Future<HttpResponse<String>> two = client.submit(() -> invoke("first is slow"));
      TestServer.await("one is answered", () -> one.isDone() || two.isDone());
      while (started.get() == 2) {
        assertThat(invoke("x").body()).isEqualTo("2");
      }
      assertThat(List.of(one.get().body(), two.get().body()))
          .anySatisfy(body -> assertThat(body).contains("broke off"))
          .contains("2");
    }
    TestServer.await("the new one answers", () -> answers("3"));
  }

  private boolean answers(String body) {
    try {
      return invoke("x").body().equals(body);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> invoke(String body) throws IOException, InterruptedException {
    return server.invoke("endpoint", body);
  }

  private void deploy(int instances) throws IOException, InterruptedException {
    server.sagemaker("CreateModel", Requests.imageModel("model", "numbered"));
    server.sagemaker(
        "CreateEndpointConfig",
        Map.of(
            "EndpointConfigName",
            "config",
            "ProductionVariants",
            List.of(
                Map.of(
                    "VariantName", "v",
                    "ModelName", "model",
                    "InitialInstanceCount", instances,
                    "InstanceType", "ml.c4.xlarge"))));
    Answer created = server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "config"));
    assertThat(created.status()).as(created.message()).isEqualTo(200);
    server.awaitEndpoint("endpoint", "InService");
  }

  /** Answers its number; what the first one says to a ping changes, and it may be slow. */
  private int serve(FakeHost host) throws IOException, InterruptedException {
    int number = started.incrementAndGet();
    host.serve("/ping", exchange -> ping(exchange, number == 1 ? firstOnesPing : 200));
    host.serve(
        "/invocations",
        exchange ->
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    if (number == 1 && new String(body, StandardCharsets.UTF_8).contains("slow")) {
                      mayAnswer.await();
                    }
                    ServerHostingTest.answer(exchange, 200, "text/plain", "" + number);
                  } catch (IOException | InterruptedException e) {
                    exchange.close();
                  }
                }));
    new CountDownLatch(1).await();
    return 0;
  }

  private static void ping(HttpExchange exchange, int status) throws IOException {
    if (status == 0) {
      exchange.close(); // the connection breaks off without an answer
    } else {
      ServerHostingTest.answer(exchange, status, "text/plain", "");
    }
  }
}
