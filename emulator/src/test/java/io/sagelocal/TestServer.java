package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.images.ImageSource;
import io.sagelocal.machine.MachineSettings;
import io.sagelocal.state.FakeTimeline;
import io.sagelocal.state.Timeline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The whole server in this JVM, real HTTP on a free port, with a fake engine; and a client of it.
 */
public final class TestServer implements AutoCloseable {
  static final String BUCKET = "bucket";
  static final String ROLE = "arn:aws:iam::000000000000:role/Role";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Server server;

  /** An answer of the JSON protocol. */
  record Answer(int status, JsonNode body) {
    String error() {
      return body.path("__type").asText();
    }

    String message() {
      return body.path("message").asText();
    }
  }

  TestServer(Path data, FakeContainerEngine engine, Timeline timeline) throws IOException {
    this(data, engine, timeline, Duration.ZERO);
  }

  TestServer(Path data, FakeContainerEngine engine, Timeline timeline, Duration hold)
      throws IOException {
    this(data, engine, timeline, hold, MachineSettings.DEFAULT, false);
  }

  TestServer(
      Path data,
      ContainerEngine engine,
      Timeline timeline,
      Duration hold,
      MachineSettings machine,
      boolean keepFailed)
      throws IOException {
    this(Server.start(settings(data, hold, machine, keepFailed), engine, timeline));
  }

  private TestServer(Server server) {
    this.server = server;
  }

  /** One that lets a model container be silent for so long only. */
  static TestServer impatient(
      Path data, FakeContainerEngine engine, Timeline timeline, Duration patience)
      throws IOException {
    Settings settings = settings(data, Duration.ZERO, MachineSettings.DEFAULT, false);
    return new TestServer(Server.start(settings, engine, timeline, patience));
  }

  private static Settings settings(
      Path data, Duration hold, MachineSettings machine, boolean keepFailed) {
    return new Settings(
        0, data, hold, machine, ImageSource.DEFAULT_ORDER, keepFailed, StoreSettings.EMBEDDED);
  }

  URI endpoint() {
    return server.endpoint();
  }

  Answer sagemaker(String operation, Object request) throws IOException, InterruptedException {
    return call("SageMaker." + operation, "us-east-1", JSON.writeValueAsString(request));
  }

  Answer logs(String operation, Object request) throws IOException, InterruptedException {
    return call("Logs_20140328." + operation, "us-east-1", JSON.writeValueAsString(request));
  }

  Answer call(String target, String region, String body) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(endpoint())
                .header("X-Amz-Target", target)
                .header("Authorization", authorization(region, "sagemaker"))
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofByteArray());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  HttpResponse<String> invoke(String endpointName, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint().resolve("/endpoints/" + endpointName + "/invocations"))
            .header("Authorization", authorization("us-east-1", "sagemaker"))
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  /** A call of the emulator's own. */
  HttpResponse<String> admin(String method, String path, Object body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(endpoint().resolve("/_sagelocal/" + path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build(),
        BodyHandlers.ofString());
  }

  /** The key that an object is said to be encrypted with. */
  Optional<String> kmsKey(String path) throws IOException, InterruptedException {
    return s3("HEAD", path, new byte[0])
        .headers()
        .firstValue("x-amz-server-side-encryption-aws-kms-key-id");
  }

  HttpResponse<byte[]> s3(String method, String path, byte[] body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(endpoint() + path))
            .header("Authorization", authorization("us-east-1", "s3"))
            .method(method, BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofByteArray());
  }

  /** Makes the bucket and puts an object there. */
  void put(String key, String text) throws IOException, InterruptedException {
    s3("PUT", "/" + BUCKET, new byte[0]);
    s3("PUT", "/" + BUCKET + "/" + key, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** Waits until something is true. */
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(5);
    }
  }

  /** Describes until the answer is as wanted. */
  JsonNode await(String operation, Map<String, ?> request, Predicate<JsonNode> wanted)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      JsonNode now = sagemaker(operation, request).body();
      if (wanted.test(now)) {
        return now;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError(operation + " did not become as wanted; last answer: " + now);
      }
      Thread.sleep(10);
    }
  }

  JsonNode awaitJob(String name, String status) throws IOException, InterruptedException {
    return await(
        "DescribeTrainingJob",
        Map.of("TrainingJobName", name),
        job -> job.path("TrainingJobStatus").asText().equals(status));
  }

  JsonNode awaitEndpoint(String name, String status) throws IOException, InterruptedException {
    return await(
        "DescribeEndpoint",
        Map.of("EndpointName", name),
        endpoint -> endpoint.path("EndpointStatus").asText().equals(status));
  }

  JsonNode awaitTransform(String name, String status) throws IOException, InterruptedException {
    return await(
        "DescribeTransformJob",
        Map.of("TransformJobName", name),
        job -> job.path("TransformJobStatus").asText().equals(status));
  }

  /** Every line of a job's log, in order. */
  List<String> trainingLog(String job) throws IOException, InterruptedException {
    return log("/aws/sagemaker/TrainingJobs", job + "/").values().stream()
        .flatMap(List::stream)
        .toList();
  }

  /** The lines of the streams of a group whose names start so, by name. */
  Map<String, List<String>> log(String group, String prefix)
      throws IOException, InterruptedException {
    JsonNode streams =
        logs("DescribeLogStreams", Map.of("logGroupName", group, "logStreamNamePrefix", prefix))
            .body();
    Map<String, List<String>> found = new TreeMap<>();
    for (JsonNode stream : streams.path("logStreams")) {
      String name = stream.path("logStreamName").asText();
      JsonNode events =
          logs(
                  "GetLogEvents",
                  Map.of("logGroupName", group, "logStreamName", name, "startFromHead", true))
              .body();
      List<String> lines = new ArrayList<>();
      events.path("events").forEach(event -> lines.add(event.path("message").asText()));
      found.put(name, lines);
    }
    return found;
  }

  /** Waits until a job named job has left no container, no network and no scratch folder. */
  void awaitNothingLeft(FakeContainerEngine engine, Path data) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!engine.containers().isEmpty()
        || !engine.networks().isEmpty()
        || Files.exists(data.resolve("jobs/000000000000/us-east-1/job"))
        || Files.exists(data.resolve("transforms/000000000000/us-east-1/job"))) {
      assertThat(System.nanoTime())
          .as(
              "containers %s, networks %s or a scratch folder are left",
              engine.containers(), engine.networks())
          .isLessThan(end);
      Thread.sleep(10);
    }
  }

  static String authorization(String region, String service) {
    return "AWS4-HMAC-SHA256 Credential=000000000000/20260101/%s/%s/aws4_request, SignedHeaders=host, Signature=0"
        .formatted(region, service);
  }

  /** An endpoint named endpoint of an image, in service; the time goes on while it starts. */
  void deploy(String image, FakeTimeline timeline) throws IOException, InterruptedException {
    sagemaker("CreateModel", Requests.imageModel("model", image));
    sagemaker("CreateEndpointConfig", Requests.config("config", "model"));
    sagemaker("CreateEndpoint", Requests.endpoint("endpoint", "config"));
    await(
        "DescribeEndpoint",
        Map.of("EndpointName", "endpoint"),
        endpoint -> {
          timeline.advance(Duration.ofMillis(100)); // the pause between two pings
          return endpoint.path("EndpointStatus").asText().equals("InService");
        });
  }

  /** The first step of {@link #close} alone. */
  void letGo() {
    server.letGo();
  }

  @Override
  public void close() {
    server.close();
    http.shutdownNow(); // a connection that was just accepted may be left to its client
  }
}
