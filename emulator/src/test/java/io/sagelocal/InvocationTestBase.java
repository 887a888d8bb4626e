package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/** A server and model containers that are threads, for tests of invocations. */
abstract class InvocationTestBase {
  static final ObjectMapper JSON = new ObjectMapper();
  static final Map<String, String> NEXT = Map.of("first", "second", "second", "third");
  static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path data;
  final SystemTimeline timeline = new SystemTimeline();
  final FakeContainerEngine engine = new FakeContainerEngine();
  final SynchronousQueue<String> pieces = new SynchronousQueue<>();
  final CountDownLatch clientGone = new CountDownLatch(1);
  final CountDownLatch arrived = new CountDownLatch(1);
  TestServer server;

  @BeforeEach
  void start() throws IOException {
    engine.image("tool", this::serve);
    server = new TestServer(data, engine, timeline);
  }

  @AfterEach
  void stop() {
    server.close();
    timeline.close();
  }

  void deployTool() throws Exception {
    model(Map.of("PrimaryContainer", Map.of("Image", "tool")));
    deploy();
  }

  void model(Map<String, Object> containers) throws Exception {
    model("model", containers);
  }

  void model(String name, Map<String, Object> containers) throws Exception {
    Answer created = create(name, containers);
    assertThat(created.status()).as(created.message()).isEqualTo(200);
  }

  Answer create(String name, Map<String, Object> containers) throws Exception {
    Map<String, Object> request = new HashMap<>(containers);
    request.put("ModelName", name);
    request.put("ExecutionRoleArn", TestServer.ROLE);
    return server.sagemaker("CreateModel", request);
  }

  void deploy() throws Exception {
    deploy("endpoint", "model");
  }

  void deploy(String endpoint, String model) throws Exception {
    server.sagemaker("CreateEndpointConfig", Requests.config(endpoint, model));
    Answer created = server.sagemaker("CreateEndpoint", Requests.endpoint(endpoint, endpoint));
    assertThat(created.status()).as(created.message()).isEqualTo(200);
    server.awaitEndpoint(endpoint, "InService");
  }

  <T> HttpResponse<T> send(
      String what, HttpRequest.BodyPublisher body, HttpResponse.BodyHandler<T> answer)
      throws Exception {
    URI uri = server.endpoint().resolve("/endpoints/endpoint/" + what);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri)
                .header("Authorization", TestServer.authorization("us-east-1", "sagemaker"))
                .POST(body)
                .build(),
            answer);
  }

  int serve(FakeHost host) throws IOException, InterruptedException {
    host.serve("/ping", exchange -> ServerHostingTest.answer(exchange, 200, "text/plain", ""));
    host.serve("/invocations", exchange -> Thread.ofVirtual().start(() -> invoked(host, exchange)));
    new CountDownLatch(1).await();
    return 0;
  }

  void invoked(FakeHost host, HttpExchange exchange) {
    try {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String me = host.spec().hostname();
      switch (body.split(" ", 2)[0]) {
        case "echo" ->
            ServerHostingTest.answer(
                exchange,
                200,
                "text/" + me,
                "%s %s[%s,%s]"
                    .formatted(
                        body,
                        me,
                        header(exchange, "Content-Type").replace("application/octet-stream", "-"),
                        header(exchange, "Accept")));
        case "length" ->
            ServerHostingTest.answer(
                exchange, 200, "text/plain", "length " + header(exchange, "Content-Length"));
        case "promise" -> {
          exchange.sendResponseHeaders(200, 10);
          exchange.close();
        }
        case "refuse-b" ->
            ServerHostingTest.answer(exchange, me.equals("b") ? 418 : 200, "text/plain", body);
        case "files" -> ServerHostingTest.answer(exchange, 200, "text/plain", files(host));
        case "refuse" -> ServerHostingTest.answer(exchange, 418, "text/plain", body);
        case "wait-once" -> {
          if (arrived.getCount() == 0) {
            ServerHostingTest.answer(exchange, 200, "text/plain", "at last");
          } else {
            arrived.countDown();
            new CountDownLatch(1).await();
          }
        }
        case "wait" -> {
          arrived.countDown();
          new CountDownLatch(1).await();
        }
        case "stream" -> answerPieces(exchange);
        case "endless" -> answerWithoutEnd(exchange);
        case "headers" -> {
          exchange.getResponseHeaders().set("X-Amzn-SageMaker-Custom-Attributes", "b=2");
          exchange
              .getResponseHeaders()
              .set("X-Amzn-SageMaker-New-Session-Id", "s1; Expires=2030-01-01T00:00:00Z");
          ServerHostingTest.answer(
              exchange,
              200,
              "text/plain",
              String.join(
                  " ",
                  header(exchange, "X-Amzn-SageMaker-Custom-Attributes"),
                  header(exchange, "X-Amzn-SageMaker-Session-Id"),
                  header(exchange, "X-Amzn-SageMaker-Inference-Id"),
                  header(exchange, "X-Other")));
        }
        default -> ServerHostingTest.answer(exchange, 200, "text/plain", "" + body.length());
      }
    } catch (IOException | InterruptedException e) {
      exchange.close();
    }
  }

  void answerPieces(HttpExchange exchange) throws IOException, InterruptedException {
    exchange.getResponseHeaders().set("Content-Type", "text/pieces");
    exchange.sendResponseHeaders(200, 0);
    for (String piece = pieces.take(); !piece.isEmpty(); piece = pieces.take()) {
      exchange.getResponseBody().write(piece.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
    }
    exchange.close();
  }

  void answerWithoutEnd(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try {
      while (true) {
        exchange.getResponseBody().write(new byte[1 << 16]);
        exchange.getResponseBody().flush();
      }
    } catch (IOException e) {
      clientGone.countDown();
      throw e;
    }
  }

  static String files(FakeHost host) throws IOException {
    Path model = host.path("/opt/ml/model");
    try (var paths = Files.walk(model)) {
      return paths
          .filter(Files::isRegularFile)
          .map(file -> model.relativize(file).toString())
          .sorted()
          .toList()
          .toString();
    }
  }

  /** A statistic of a metric of the endpoint's variant; -1 when there is none. */
  double told(String metric, String statistic) {
    try {
      String form =
          "Action=GetMetricStatistics&Namespace=AWS%2FSageMaker&MetricName="
              + metric
              + "&StartTime="
              + timeline.now().minusSeconds(3600)
              + "&EndTime="
              + timeline.now().plusSeconds(3600)
              + "&Period=7200&Statistics.member.1="
              + statistic
              + "&Dimensions.member.1.Name=EndpointName&Dimensions.member.1.Value=endpoint"
              + "&Dimensions.member.2.Name=VariantName&Dimensions.member.2.Value=AllTraffic";
      HttpRequest request =
          HttpRequest.newBuilder(server.endpoint())
              .header("Authorization", TestServer.authorization("us-east-1", "monitoring"))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(BodyPublishers.ofString(form.replace(":", "%3A")))
              .build();
      String xml = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      Matcher told = Pattern.compile("<%1$s>([^<]+)</%1$s>".formatted(statistic)).matcher(xml);
      return told.find() ? Double.parseDouble(told.group(1)) : -1;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static String header(Message message, String name) {
    HeaderValue value = message.getHeaders().get(name);
    return value == null ? "-" : value.getString();
  }

  static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "-" : value;
  }
}
