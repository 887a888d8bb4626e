package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.archive.TarGz;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models of several containers, models on demand, and where their data lies. */
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

  @Test
  void modelsOnDemandAreLoadedOnceAndMakeRoomForOthers() throws Exception {
    for (String name : List.of("one", "two", "three")) {
      archive(name);
    }
    model(
        Map.of(
            "PrimaryContainer",
            Map.of("Image", "multi", "Mode", "MultiModel", "ModelDataUrl", "s3://bucket/models/")));
    deploy();
    String header = "X-Amzn-SageMaker-Target-Model";
    for (String name : List.of("one", "one", "two", "one", "three", "one", "two")) {
      assertThat(server.invoke("endpoint", "x", header, name + ".tar.gz").body())
          .isEqualTo(name + " x");
    }
    assertThat(log(6))
        .containsExactly(
            "load one", "load two", "unload two", "load three", "unload three", "load two");
    assertThat(server.invoke("endpoint", "x").body()).contains("TargetModel must name one");
    HttpResponse<String> missing = server.invoke("endpoint", "x", header, "none.tar.gz");
    assertThat(missing.statusCode()).isEqualTo(400);
    assertThat(missing.body())
        .contains("Failed to download model data(bucket: bucket, key: models/none.tar.gz)");
    archive("bad");
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> bad = server.invoke("endpoint", "x", header, "bad.tar.gz");
      assertThat(bad.statusCode()).isEqualTo(424);
      assertThat(JSON.readTree(bad.body()).path("OriginalMessage").asText()).isEqualTo("bad model");
    }
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
