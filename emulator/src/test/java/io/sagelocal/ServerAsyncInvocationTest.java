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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Invocations that are answered to S3. */
class ServerAsyncInvocationTest extends InvocationTestBase {
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
    server.put("in/none-yet", "");
    model(Map.of("PrimaryContainer", Map.of("Image", "tool")));
    Map<String, Object> config = new HashMap<>(Requests.config("endpoint", "model"));
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
