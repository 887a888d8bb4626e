package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models of several containers, and where their data lies. */
class ServerPipelineTest extends InvocationTestBase {
  @Test
  void aPipelineGivesEachContainerTheAnswerOfTheOneBefore() throws Exception {
    model(Map.of("Containers", List.of(container("a"), container("b"), container("c"))));
    deploy();
    assertThat(engine.containers()).hasSize(3);
    HttpResponse<String> answer =
        server.invoke("endpoint", "echo", "Content-Type", "text/x", "Accept", "text/y");
    assertThat(answer.body()).isEqualTo("echo a[text/x,-] b[text/a,-] c[text/b,text/y]");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/c");
  }

  @Test
  void aPipelineKeepsTheLengthOfABody() throws Exception {
    model(Map.of("Containers", List.of(container("a"), container("b"))));
    deploy();
    assertThat(server.invoke("endpoint", "length").body()).isEqualTo("length 8");
  }

  @Test
  void aRefusalInThePipelineNamesItsContainer() throws Exception {
    model(Map.of("Containers", List.of(container("a"), container("b"))));
    deploy();
    HttpResponse<String> answer = server.invoke("endpoint", "refuse-b");
    JsonNode error = JSON.readTree(answer.body());
    assertThat(answer.statusCode()).isEqualTo(424);
    assertThat(error.path("OriginalStatusCode").asInt()).isEqualTo(418);
    assertThat(error.path("Message").asText()).contains("client error (418) from b");
  }

  @Test
  void aContainerOfSeveralIsInvokedDirectlyByItsHostname() throws Exception {
    model(
        Map.of(
            "Containers",
            List.of(container("a"), container("b")),
            "InferenceExecutionConfig",
            Map.of("Mode", "Direct")));
    deploy();
    String header = "X-Amzn-SageMaker-Target-Container-Hostname";
    assertThat(server.invoke("endpoint", "echo", header, "b").body()).startsWith("echo b[");
    assertThat(server.invoke("endpoint", "echo").body()).contains("must be one of [a, b]");
    assertThat(server.invoke("endpoint", "echo", header, "z").body()).contains("no container z");
  }

  @Test
  void modelsAreRefusedForWhatTheyCannotBe() throws Exception {
    assertThat(refusal(Map.of("Containers", List.of(container("a"), container("a")))))
        .contains("two Containers with ContainerHostname a");
    assertThat(
            refusal(
                Map.of("Containers", List.of(container("a")), "PrimaryContainer", container("b"))))
        .contains("both PrimaryContainer and Containers");
    assertThat(refusal(Map.of("PrimaryContainer", Map.of("Image", "tool", "Mode", "MultiModel"))))
        .contains("needs a ModelDataUrl");
    assertThat(refusal(toolWithData("s3://bucket/m/", "S3Prefix", "Gzip")))
        .contains("CompressionType Gzip goes with S3DataType S3Object");
    assertThat(server.sagemaker("ListModels", Map.of()).body().path("Models")).isEmpty();
  }

  @Test
  void modelDataMayBeAPrefixOrOneFile() throws Exception {
    server.put("m/deep/one", "1");
    server.put("m/two", "2");
    for (Map.Entry<String, String> each :
        Map.of("s3://bucket/m/", "S3Prefix", "s3://bucket/m/two", "S3Object").entrySet()) {
      String name = "model-" + each.getValue().toLowerCase(java.util.Locale.ROOT);
      model(name, toolWithData(each.getKey(), each.getValue(), "None"));
      deploy(name, name);
    }
    assertThat(server.invoke("model-s3prefix", "files").body()).isEqualTo("[deep/one, two]");
    assertThat(server.invoke("model-s3object", "files").body()).isEqualTo("[two]");
  }

  private static Map<String, Object> toolWithData(String uri, String type, String compression) {
    Map<String, String> source =
        Map.of("S3Uri", uri, "S3DataType", type, "CompressionType", compression);
    return Map.of(
        "PrimaryContainer",
        Map.of("Image", "tool", "ModelDataSource", Map.of("S3DataSource", source)));
  }

  private static Map<String, Object> container(String hostname) {
    return Map.of("Image", "tool", "ContainerHostname", hostname);
  }

  private String refusal(Map<String, Object> containers) throws Exception {
    Answer refused = create("model", containers);
    assertThat(refused.error()).isEqualTo("ValidationException");
    return refused.message();
  }
}
