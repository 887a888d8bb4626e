package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults on demand and the reset, through real HTTP. */
class ServerFaultsTest {
  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeTimeline timeline = new FakeTimeline();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine.image("ok", host -> 0).image("waits", this::waitForSignal).image("model", this::serve);
    server = new TestServer(data, engine, timeline);
    server.put("model", "m");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int waitForSignal(FakeHost host) throws InterruptedException {
    host.print("epoch 1");
    seen.add("waiting");
    try {
      host.terminated().join();
      return 143;
    } finally {
      seen.add("terminated");
    }
  }

  private int serve(FakeHost host) throws IOException {
    host.serve(
        "/ping",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    host.serve(
        "/invocations",
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write(new byte[] {'o', 'k'});
          exchange.close();
        });
    host.terminated().join();
    return 0;
  }

  @Test
  void theNextCallsAreRefusedAsAskedAndCreateNothing() throws IOException, InterruptedException {
    for (String code :
        new String[] {"ThrottlingException", "ResourceLimitExceeded", "CapacityError"}) {
      fault(Map.of("kind", "refusal", "operation", "CreateTrainingJob", "code", code));
      Answer refused = server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "ok"));
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.error()).isEqualTo(code);
      assertThat(refused.message()).isNotEmpty();
    }
    assertThat(server.sagemaker("ListTrainingJobs", Map.of()).body().path("TrainingJobSummaries"))
        .isEmpty();
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "ok"));
    server.awaitJob("job", "Completed");
  }

  @Test
  void aFaultOfAnotherAccountMeetsNobodyHere() throws IOException, InterruptedException {
    fault(
        Map.of(
            "kind", "refusal",
            "account", "111111111111",
            "operation", "ListTrainingJobs",
            "code", "ThrottlingException"));
    assertThat(server.sagemaker("ListTrainingJobs", Map.of()).status()).isEqualTo(200);
    assertThat(server.admin("GET", "faults", "").body()).contains("111111111111");
    assertThat(server.admin("DELETE", "faults/1", "").statusCode()).isEqualTo(204);
    assertThat(server.admin("GET", "faults", "").body()).isEqualTo("[]");
  }

  @Test
  void aJobWithoutCapacityFailsWithThatReason() throws IOException, InterruptedException {
    fault(Map.of("kind", "no-capacity", "job", "job"));
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "ok"));
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .startsWith("CapacityError: Unable to provision");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aHostDiesAtItsMoment() throws IOException, InterruptedException {
    fault(Map.of("kind", "host-death", "job", "job", "afterMillis", 5000));
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "waits"));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("waiting");
    server.await(
        "DescribeTrainingJob",
        Map.of("TrainingJobName", "job"),
        job -> timeline.waiting() >= 2); // its time limit and its death
    timeline.advance(Duration.ofSeconds(6));
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .contains("exit code");
  }

  @Test
  void anInterruptedJobBeginsAgain() throws IOException, InterruptedException {
    fault(Map.of("kind", "interruption", "whenLogged", "epoch [0-9]"));
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "waits"));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("waiting");
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("terminated");
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("waiting");
    JsonNode job =
        server.await(
            "DescribeTrainingJob",
            Map.of("TrainingJobName", "job"),
            now -> now.path("SecondaryStatusTransitions").size() > 4);
    assertThat(job.path("SecondaryStatusTransitions").findValuesAsText("Status"))
        .startsWith("Starting", "Downloading", "Training", "Interrupted", "Starting");
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job"));
    server.awaitJob("job", "Stopped");
  }

  @Test
  void anEndpointAnswersLateOrNotAtAllAndThenAgain() throws IOException, InterruptedException {
    server.deploy("model", timeline);
    fault(Map.of("kind", "invocation", "endpoint", "endpoint", "status", 503));
    HttpResponse<String> refused = server.invoke("endpoint", "x");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("x-amzn-ErrorType")).contains("ServiceUnavailable");

    fault(Map.of("kind", "invocation", "delayMillis", 60_000));
    Thread late =
        Thread.ofVirtual()
            .start(() -> {
              try {
                seen.add(server.invoke("endpoint", "x").body());
              } catch (IOException | InterruptedException e) {
                seen.add(e.toString());
              }
            });
    TestServer.await("it is delayed", () -> timeline.isAwaited(Duration.ofMinutes(1)));
    assertThat(seen).isEmpty();
    timeline.advance(Duration.ofMinutes(1));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("ok");
    late.join();
    assertThat(server.invoke("endpoint", "x").body()).isEqualTo("ok");
  }

  @Test
  void aWrongFaultIsRefusedByName() throws IOException, InterruptedException {
    assertThat(server.admin("POST", "faults", Map.of("kind", "flood")).body()).contains("flood");
    HttpResponse<String> unknown =
        server.admin("POST", "faults", Map.of("kind", "no-capacity", "jobb", "x"));
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("jobb");
    assertThat(server.admin("POST", "faults", Map.of("kind", "invocation", "status", 200)).body())
        .contains("status must be");
    assertThat(server.admin("GET", "faults", "").body()).isEqualTo("[]");
  }

  @Test
  void afterAResetNothingIsLeftAndEverythingWorks() throws IOException, InterruptedException {
    server.deploy("model", timeline);
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("done", "ok"));
    server.awaitJob("done", "Completed");
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "waits"));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("waiting");
    fault(Map.of("kind", "no-capacity"));

    HttpResponse<String> reset = server.admin("POST", "reset", Map.of());
    assertThat(reset.statusCode()).as(reset.body()).isEqualTo(204);

    for (String list : new String[] {"TrainingJobs", "Endpoints", "EndpointConfigs", "Models"}) {
      JsonNode left = server.sagemaker("List" + list, Map.of()).body();
      assertThat(left.iterator().next()).as("%s", left).isEmpty();
    }
    assertThat(engine.containersLabelled("io.sagelocal.instance")).isEmpty();
    assertThat(server.logs("DescribeLogGroups", Map.of()).body().path("logGroups")).isEmpty();
    assertThat(server.s3("GET", "/" + TestServer.BUCKET, new byte[0]).statusCode()).isEqualTo(404);

    server.put("model", "m");
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "ok"));
    server.awaitJob("job", "Completed");
    server.deploy("model", timeline);
    assertThat(server.invoke("endpoint", "x").body()).isEqualTo("ok");
  }

  @Test
  void aResetOfAnotherAccountTakesNothingHere() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("done", "ok"));
    server.awaitJob("done", "Completed");
    server.admin("POST", "reset", Map.of("account", "111111111111"));
    server.awaitJob("done", "Completed");
    assertThat(server.s3("GET", "/" + TestServer.BUCKET, new byte[0]).statusCode()).isEqualTo(200);
  }

  private void fault(Map<String, ?> fault) throws IOException, InterruptedException {
    HttpResponse<String> answer = server.admin("POST", "faults", fault);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }
}
