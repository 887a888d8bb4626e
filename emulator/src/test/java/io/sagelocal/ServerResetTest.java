package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.ContainerSpecs;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reset takes of an account, and what it leaves to the others. */
class ServerResetTest {
  private static final String OTHER = "111111111111";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeTimeline timeline = new FakeTimeline();
  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine.image("waits", this::waitForSignal).image("deaf", this::hearNoSignal);
    engine.image("model", new FakeModel(text -> text));
    server = new TestServer(data, engine, timeline);
    server.put("x", "x");
  }

  @AfterEach
  void stop() {
    over.complete(null);
    server.close();
    http.close();
  }

  private int waitForSignal(FakeHost host) {
    seen.add("runs");
    host.terminated().join();
    return 143;
  }

  private int hearNoSignal(FakeHost host) {
    seen.add("runs");
    over.join();
    return 0;
  }

  @Test
  void whatHasTheNumberOfTheAccountInItsNameIsNotItsOwn() throws IOException, InterruptedException {
    String name = "of-" + OTHER;
    Map<String, Object> request = Requests.trainingJob(name, "waits");
    request.put("Tags", List.of(Map.of("Key", "k", "Value", "v")));
    String arn =
        server.sagemaker("CreateTrainingJob", request).body().path("TrainingJobArn").asText();
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("runs");
    String refused = asOther("CreateTrainingJob", Requests.trainingJob("job", "deaf")).body();
    assertThat(seen.poll(20, TimeUnit.SECONDS)).as(refused).isEqualTo("runs");

    HttpResponse<String> reset = server.admin("POST", "reset", Map.of("account", OTHER));
    assertThat(reset.statusCode()).as(reset.body()).isEqualTo(204);

    assertThat(asOther("DescribeTrainingJob", Map.of("TrainingJobName", "job")).statusCode())
        .isEqualTo(400);
    assertThat(engine.containers()).hasSize(1);
    JsonNode job = server.sagemaker("DescribeTrainingJob", Map.of("TrainingJobName", name)).body();
    assertThat(job.path("TrainingJobStatus").asText()).as("%s", job).isEqualTo("InProgress");
    assertThat(server.sagemaker("ListTags", Map.of("ResourceArn", arn)).body().path("Tags"))
        .hasSize(1);
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", name));
    server.awaitJob(name, "Stopped");
  }

  @Test
  void anotherEmulatorOnTheSameEngineKeepsItsContainers() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "deaf"));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("runs");
    ContainerSpec foreign = ofAnotherInstance(engine.specs().getFirst());
    engine.start(foreign);

    HttpResponse<String> reset = server.admin("POST", "reset", Map.of());
    assertThat(reset.statusCode()).as(reset.body()).isEqualTo(204);
    assertThat(engine.containers()).containsExactly(foreign.name());
  }

  private static ContainerSpec ofAnotherInstance(ContainerSpec spec) {
    Map<String, String> labels = new HashMap<>(spec.labels());
    labels.put("io.sagelocal.instance", "another");
    return ContainerSpecs.labelled(spec, "sagelocal-another-job", labels);
  }

  @Test
  void metricsThatWereStillToBeWrittenAreForgottenToo() throws IOException, InterruptedException {
    server.deploy("model", timeline);
    server.invoke("endpoint", "x");
    TestServer.await("it is counted", () -> timeline.isAwaited(Duration.ofSeconds(1)));

    assertThat(server.admin("POST", "reset", Map.of()).statusCode()).isEqualTo(204);
    timeline.advance(Duration.ofSeconds(2));
    JsonNode metrics =
        server.call("GraniteServiceVersion20100801.ListMetrics", "us-east-1", "{}").body();
    assertThat(metrics.path("Metrics").isArray()).isTrue();
    assertThat(metrics.path("Metrics")).isEmpty();
  }

  private HttpResponse<String> asOther(String operation, Object request)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(server.endpoint())
            .header("X-Amz-Target", "SageMaker." + operation)
            .header(
                "Authorization",
                TestServer.authorization("us-east-1", "sagemaker").replace("000000000000", OTHER))
            .POST(BodyPublishers.ofString(JSON.writeValueAsString(request)))
            .build(),
        BodyHandlers.ofString());
  }
}
