package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.TestServer.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
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

  private void deployAsync(Map<String, String> output) throws Exception {
    server.put("in/none-yet", "");
    model(Map.of("PrimaryContainer", Map.of("Image", "tool")));
    Map<String, Object> config = new HashMap<>(Requests.config("endpoint", "model"));
    config.put("AsyncInferenceConfig", Map.of("OutputConfig", output));
    Answer created = server.sagemaker("CreateEndpointConfig", config);
    assertThat(created.status()).as(created.message()).isEqualTo(200);
    server.sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "endpoint"));
    server.awaitEndpoint("endpoint", "InService");
  }

  private HttpResponse<String> async(String input) throws Exception {
    URI uri = server.endpoint().resolve("/endpoints/endpoint/async-invocations");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri)
                .header("Authorization", TestServer.authorization("us-east-1", "sagemaker"))
                .header("X-Amzn-SageMaker-InputLocation", input)
                .header("X-Amzn-SageMaker-Inference-Id", "mine")
                .header("X-Amzn-SageMaker-Content-Type", "text/x")
                .header("X-Amzn-SageMaker-Accept", "text/y")
                .POST(BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
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
