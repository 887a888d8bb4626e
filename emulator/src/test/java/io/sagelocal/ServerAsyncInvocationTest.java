package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Invocations that are answered to S3. */
class ServerAsyncInvocationTest extends InvocationTestBase {
  /** What is told of a metric that there is not. */
  private static final double NONE = -1;

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
  void aBodyIsTheInputAndSurvivesARestart() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out"));
    HttpResponse<String> accepted = async("wait-once \u00e9", Map.of());
    arrived.await();
    server.close();
    server = new TestServer(data, engine, timeline);
    assertThat(object(accepted, "OutputLocation")).isEqualTo("at last");
    assertThat(object(async("echo me", Map.of()), "OutputLocation"))
        .isEqualTo("echo me model[text/x,text/y]");
    assertThat(object(async("x".repeat(128_000), Map.of()), "OutputLocation")).isEqualTo("128000");
  }

  @Test
  void aBodyIsNoLongerThanTheServicesAndGoesWithNoInputLocation() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out"));
    String tooLong = "x".repeat(128_001);
    refused(tooLong, Map.of(), "length less than or equal to 128000");
    HttpResponse<String> streamed =
        async(
            BodyPublishers.ofInputStream(
                () -> new ByteArrayInputStream(tooLong.getBytes(StandardCharsets.UTF_8))),
            Map.of());
    assertThat(streamed.statusCode()).isEqualTo(400);
    assertThat(streamed.body()).contains("length less than or equal to 128000");
    refused("", Map.of(), "Neither Body nor InputLocation is given");
    refused("x", Map.of("InputLocation", "s3://bucket/in/1"), "are both given");
    assertThat(server.s3("GET", "/bucket?list-type=2&prefix=out", new byte[0]).body())
        .asString(StandardCharsets.UTF_8)
        .contains("<KeyCount>0</KeyCount>");
  }

  @Test
  void anAnswerGoesWhereItsRequestSays() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out", "S3FailurePath", "s3://bucket/bad"));
    HttpResponse<String> accepted =
        async("echo", Map.of("S3OutputPathExtension", "/team/a/", "Filename", "answer.txt"));
    assertThat(accepted.headers().firstValue("X-Amzn-SageMaker-OutputLocation"))
        .contains("s3://bucket/out/team/a/answer.txt");
    assertThat(object(accepted, "OutputLocation")).startsWith("echo");
    HttpResponse<String> unnamed = async("refuse", Map.of("S3OutputPathExtension", "team"));
    assertThat(unnamed.headers().firstValue("X-Amzn-SageMaker-OutputLocation").orElseThrow())
        .startsWith("s3://bucket/out/team/")
        .endsWith(".out");
    assertThat(object(unnamed, "FailureLocation")).contains("(418)");
    refused("x", Map.of("Filename", "a/b"), "'a/b' at 'filename'");
    refused("x", Map.of("Filename", "a.b.c"), "regular expression pattern");
    refused("x", Map.of("Filename", "f".repeat(33)), "length less than or equal to 32");
    refused("x", Map.of("S3OutputPathExtension", "s3://x"), "at 's3OutputPathExtension'");
  }

  @Test
  void answersAndErrorsAreWrittenWithTheKeyThatIsAskedFor() throws Exception {
    deployAsync(
        Map.of(
            "S3OutputPath", "s3://bucket/out",
            "S3FailurePath", "s3://bucket/bad",
            "KmsKeyId", "alias/mine"));
    assertThat(kmsKey(async("echo", Map.of()), "OutputLocation")).contains("alias/mine");
    assertThat(kmsKey(async("refuse", Map.of()), "FailureLocation")).contains("alias/mine");
  }

  @Test
  void whatHasNotReachedADeadInstanceGoesToAnother() throws Exception {
    AtomicInteger started = new AtomicInteger();
    engine.image(
        "tool",
        host -> {
          started.incrementAndGet();
          return serve(host);
        });
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out"), 2);
    engine.deafen(engine.containers().getFirst());
    List<HttpResponse<String>> accepted = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      accepted.add(async("echo " + i, Map.of()));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(object(accepted.get(i), "OutputLocation")).startsWith("echo " + i + " ");
    }
    assertThat(started).as("instances, none of them in the dead one's place").hasValue(2);
    TestServer.await("all are told", () -> told("InvocationsProcessed", "Sum") == 20);
    assertThat(told("InvocationFailures", "Sum")).isEqualTo(NONE);
  }

  @Test
  void theBacklogOfADeadInstanceWaitsForTheNext() throws Exception {
    hurry();
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out"));
    String dead = engine.containers().getFirst();
    engine.deafen(dead);
    List<HttpResponse<String>> accepted = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      accepted.add(async("echo " + i, Map.of()));
    }
    for (int i = 0; i < 10; i++) {
      assertThat(object(accepted.get(i), "OutputLocation")).startsWith("echo " + i + " ");
    }
    TestServer.await("all are told", () -> told("TimeInBacklog", "SampleCount") == 10);
    // three pings are missed, five seconds apart, before another one is started
    assertThat(told("TimeInBacklog", "Maximum")).isBetween(5e6, 600e6);
    TestServer.await("all are told", () -> told("TotalProcessingTime", "SampleCount") == 10);
    assertThat(told("TotalProcessingTime", "Maximum")).isBetween(5e3, 600e3);
  }

  @Test
  void whatWaitsForADeadInstanceSurvivesARestart() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out"));
    engine.deafen(engine.containers().getFirst());
    HttpResponse<String> accepted = async("echo", Map.of());
    Thread.sleep(200); // it has been tried by now
    server.close();
    server = new TestServer(data, engine, timeline);
    assertThat(object(accepted, "OutputLocation")).startsWith("echo");
  }

  @Test
  void whatWaitsForADeadInstanceExpires() throws Exception {
    hurry();
    AtomicInteger started = new AtomicInteger();
    engine.image(
        "tool",
        host -> {
          if (started.getAndIncrement() == 0) {
            return serve(host);
          }
          new CountDownLatch(1).await(); // none that is started later is ever healthy
          return 0;
        });
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out", "S3FailurePath", "s3://bucket/bad"));
    engine.deafen(engine.containers().getFirst());
    HttpResponse<String> accepted = async("echo", Map.of("RequestTTLSeconds", "60"));
    assertThat(object(accepted, "FailureLocation"))
        .isEqualTo("The request expired before an instance could take it");
    for (String metric : List.of("ExpiredRequests", "InvocationFailures")) {
      TestServer.await(metric + " are told", () -> told(metric, "Sum") == 1);
    }
    assertThat(told("InvocationsProcessed", "Sum")).isEqualTo(NONE);
    assertThat(told("Invocation5XXErrors", "Sum")).isEqualTo(NONE);
  }

  @Test
  void whatWaitsForADeadInstanceEndsWithTheEndpoint() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out", "S3FailurePath", "s3://bucket/bad"));
    engine.deafen(engine.containers().getFirst());
    HttpResponse<String> accepted = async("echo", Map.of());
    Thread.sleep(200); // it has been tried by now
    server.sagemaker("DeleteEndpoint", Map.of("EndpointName", "endpoint"));
    assertThat(object(accepted, "FailureLocation"))
        .containsAnyOf("is not InService but Deleting", "not found");
  }

  @Test
  void asynchronousInvocationsAreCounted() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out", "S3FailurePath", "s3://bucket/bad"));
    async("echo", Map.of());
    async("echo", Map.of());
    async("refuse", Map.of());
    async("s3://bucket/in/none");
    for (String metric : List.of("InvocationsProcessed", "TimeInBacklog", "TotalProcessingTime")) {
      TestServer.await(metric + " of four are there", () -> told(metric, "SampleCount") == 4);
    }
    for (String metric : List.of("Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency")) {
      TestServer.await(metric + " of three are there", () -> told(metric, "SampleCount") == 3);
    }
    TestServer.await("the failures are there", () -> told("InvocationFailures", "Sum") == 2);
    assertThat(told("InvocationsProcessed", "Sum")).isEqualTo(4);
    assertThat(told("Invocation4XXErrors", "Sum")).isEqualTo(1);
    assertThat(told("Invocation5XXErrors", "Sum")).isZero();
    assertThat(told("ModelLatency", "Minimum")).isPositive();
    assertThat(told("ModelLatency", "Maximum"))
        .isLessThan((told("TotalProcessingTime", "Sum") + 1000) * 1000);
    assertThat(told("ExpiredRequests", "Sum")).isEqualTo(NONE);
    // the service has these of endpoints that answer at once alone
    assertThat(told("Invocations", "Sum")).isEqualTo(NONE);
    assertThat(told("OverheadLatency", "Sum")).isEqualTo(NONE);
  }

  @Test
  void anAsynchronousInvocationThatIsBrokenOffIsAServersError() throws Exception {
    deployAsync(Map.of("S3OutputPath", "s3://bucket/out", "S3FailurePath", "s3://bucket/bad"));
    HttpResponse<String> accepted = async("wait", Map.of());
    arrived.await();
    engine.kill(engine.containers().getFirst(), false);
    assertThat(object(accepted, "FailureLocation")).contains("could not be answered");
    TestServer.await("it is told", () -> told("Invocation5XXErrors", "Sum") == 1);
    TestServer.await("it is told", () -> told("InvocationFailures", "Sum") == 1);
    TestServer.await("it is told", () -> told("InvocationsProcessed", "Sum") == 1);
  }

  /** Time passes a hundred times as fast. */
  private void hurry() throws IOException {
    server.close();
    server = new TestServer(data, engine, new HurriedTimeline(timeline));
  }

  private Optional<String> kmsKey(HttpResponse<?> answer, String header) throws Exception {
    assertThat(object(answer, header)).isNotEmpty();
    return server.kmsKey(
        answer.headers().firstValue("X-Amzn-SageMaker-" + header).orElseThrow().substring(4));
  }

  private void refused(String body, Map<String, String> headers, String message) throws Exception {
    HttpResponse<String> answer = async(body, headers);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains("ValidationError");
    assertThat(answer.body()).contains(message);
  }

  private void deployAsync(Map<String, String> output) throws Exception {
    deployAsync(output, 1);
  }

  private void deployAsync(Map<String, String> output, int instances) throws Exception {
    server.put("in/none-yet", "");
    model(Map.of("PrimaryContainer", Map.of("Image", "tool")));
    Map<String, Object> config = new HashMap<>(Requests.config("endpoint", "model", instances));
    config.put("AsyncInferenceConfig", Map.of("OutputConfig", output));
    Answer created = server.sagemaker("CreateEndpointConfig", config);
    assertThat(created.status()).as(created.message()).isEqualTo(200);
    server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "endpoint"));
    JsonNode endpoint = server.awaitEndpoint("endpoint", "InService");
    assertThat(endpoint.at("/AsyncInferenceConfig/OutputConfig/S3OutputPath").asText())
        .isEqualTo(output.get("S3OutputPath"));
  }

  private HttpResponse<String> async(String input) throws Exception {
    return async("", Map.of("InputLocation", input));
  }

  private HttpResponse<String> async(String body, Map<String, String> headers) throws Exception {
    return async(BodyPublishers.ofString(body), headers);
  }

  private HttpResponse<String> async(BodyPublisher body, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.endpoint().resolve("/endpoints/endpoint/async-invocations"))
            .header("Authorization", TestServer.authorization("us-east-1", "sagemaker"))
            .header("X-Amzn-SageMaker-Inference-Id", "mine")
            .header("X-Amzn-SageMaker-Content-Type", "text/x")
            .header("X-Amzn-SageMaker-Accept", "text/y");
    headers.forEach((name, value) -> request.header("X-Amzn-SageMaker-" + name, value));
    return HttpClient.newHttpClient().send(request.POST(body).build(), BodyHandlers.ofString());
  }

  /** The object that a header names, once it is there. */
  private String object(HttpResponse<?> answer, String header) throws Exception {
    String place =
        answer.headers().firstValue("X-Amzn-SageMaker-" + header).orElseThrow().substring(4);
    String[] found = {""};
    TestServer.await(
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
}
