package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.state.FakeTimeline;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What invocations carry, what they meet, and what becomes of their faults. */
class ServerInvocationTest extends InvocationTestBase {
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
  void anAnswerOfWhichOnlyTheHeadersCameIsAModelError() throws Exception {
    deployTool();
    HttpResponse<String> answer = server.invoke("endpoint", "promise");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(424);
    assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains("ModelError");
    assertThat(JSON.readTree(answer.body()).path("OriginalMessage").asText())
        .contains("The container primary broke off");
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
    TestServer.await("it starts", () -> !engine.containers().isEmpty());
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
  void invocationsAreCounted() throws Exception {
    deployTool();
    server.invoke("endpoint", "echo");
    server.invoke("endpoint", "echo");
    server.invoke("endpoint", "refuse");
    for (String metric :
        List.of(
            "Invocations",
            "Invocation4XXErrors",
            "Invocation5XXErrors",
            "ModelLatency",
            "OverheadLatency")) { // each is written by itself
      TestServer.await(metric + " of three are there", () -> told(metric, "SampleCount") == 3);
    }
    assertThat(told("Invocations", "Sum")).isEqualTo(3);
    assertThat(told("Invocation4XXErrors", "Sum")).isEqualTo(1);
    assertThat(told("Invocation5XXErrors", "Sum")).isZero();
    assertThat(told("ModelLatency", "Sum")).isPositive();
    assertThat(told("OverheadLatency", "Sum")).isPositive();
  }
}
