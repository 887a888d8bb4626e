package io.sagelocal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.state.FakeTimeline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Metrics through real HTTP, in each protocol that CloudWatch's clients speak. */
class ServerMetricsTest {
  private static final String NAMESPACE = "/aws/sagemaker/TrainingJobs";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final HttpClient http = HttpClient.newHttpClient();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine.image(
        "learns",
        host -> {
          host.print("epoch 1: loss=4.0; accuracy=0.5");
          host.print("epoch 2: loss=2.0; accuracy=n/a");
          return 0;
        });
    server = new TestServer(data, engine, new FakeTimeline());
    server.put("x", "");
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @Test
  void aJobsMetricsComeOutOfItsLog() throws IOException, InterruptedException {
    train("learns");
    JsonNode job = server.awaitJob("job", "Completed");
    assertThat(job.path("FinalMetricDataList").findValuesAsText("MetricName"))
        .containsExactly("loss", "accuracy");
    assertThat(job.path("FinalMetricDataList").findValuesAsText("Value"))
        .containsExactly("2.0", "0.5");
    JsonNode points = json("GetMetricStatistics", statistics("loss")).body().path("Datapoints");
    assertThat(points.findValuesAsText("Average")).containsExactly("3.0");
    assertThat(points.findValuesAsText("SampleCount")).containsExactly("2.0");
    assertThat(points.path(0).path("Timestamp").asLong() % 3600).isZero();
    assertThat(json("ListMetrics", Map.of("Namespace", NAMESPACE)).body().path("Metrics"))
        .hasSize(2);
  }

  @Test
  void metricDataComesPageByPage() throws IOException, InterruptedException {
    put("Value", 1.0, 0);
    put("Value", 2.0, 60);
    put("Value", 3.0, 120);
    Map<String, Object> request = new HashMap<>();
    request.put("StartTime", 0);
    request.put("EndTime", 1000);
    request.put("MaxDatapoints", 2);
    request.put(
        "MetricDataQueries",
        List.of(
            Map.of(
                "Id",
                "q",
                "MetricStat",
                Map.of(
                    "Metric",
                    Map.of("Namespace", "mine", "MetricName", "m"),
                    "Period",
                    60,
                    "Stat",
                    "Maximum"))));
    JsonNode first = json("GetMetricData", request).body();
    assertThat(first.path("MetricDataResults").path(0).path("Values"))
        .extracting(JsonNode::asDouble)
        .containsExactly(3.0, 2.0);
    request.put("NextToken", first.path("NextToken").asText());
    JsonNode second = json("GetMetricData", request).body();
    assertThat(second.path("MetricDataResults").path(0).path("Values"))
        .extracting(JsonNode::asDouble)
        .containsExactly(1.0);
    assertThat(second.has("NextToken")).isFalse();
  }

  @Test
  void oldClientsSpeakFormsAndXml() throws IOException, InterruptedException {
    String put =
        "Action=PutMetricData&Version=2010-08-01&Namespace=mine"
            + "&MetricData.member.1.MetricName=m&MetricData.member.1.Value=4.5"
            + "&MetricData.member.1.Timestamp=1970-01-01T00%3A01%3A00Z"
            + "&MetricData.member.1.Dimensions.member.1.Name=d"
            + "&MetricData.member.1.Dimensions.member.1.Value=%3Cv%3E";
    assertThat(form(put).statusCode()).isEqualTo(200);
    String get =
        "Action=GetMetricStatistics&Version=2010-08-01&Namespace=mine&MetricName=m&Period=60"
            + "&StartTime=1970-01-01T00%3A00%3A00Z&EndTime=1970-01-01T01%3A00%3A00Z"
            + "&Statistics.member.1=Average&Dimensions.member.1.Name=d"
            + "&Dimensions.member.1.Value=%3Cv%3E";
    assertThat(form(get).body())
        .contains("<GetMetricStatisticsResponse")
        .contains("<Datapoints><member><Timestamp>1970-01-01T00:01:00Z</Timestamp>")
        .contains("<Average>4.5</Average>");
    assertThat(form("Action=ListMetrics&Version=2010-08-01").body())
        .contains("<Value>&lt;v&gt;</Value>");
    HttpResponse<String> refused = form("Action=GetMetricStatistics&Namespace=mine");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("<Code>InvalidParameterValue</Code>", "metricName");
  }

  @Test
  void newClientsSpeakCbor() throws IOException, InterruptedException {
    Map<String, Object> put =
        Map.of(
            "Namespace",
            "mine",
            "MetricData",
            List.of(Map.of("MetricName", "m", "Timestamp", 60.5, "Value", 7)));
    assertThat(cbor("PutMetricData", put, true).statusCode()).isEqualTo(200);
    Map<String, Object> get = new HashMap<>(statistics("m"));
    get.put("Namespace", "mine");
    get.remove("Dimensions");
    get.put("StartTime", 0);
    get.put("EndTime", 3600);
    HttpResponse<byte[]> answer = cbor("GetMetricStatistics", get, false);
    assertThat(answer.headers().firstValue("smithy-protocol")).contains("rpc-v2-cbor");
    assertThat(CBOR.readTree(answer.body()).path("Datapoints").path(0).path("Average").asDouble())
        .isEqualTo(7.0);
    assertThat(indexOf(answer.body(), (byte) 0xc1)).as("a time has CBOR's tag 1").isPositive();
    HttpResponse<byte[]> refused = cbor("GetMetricStatistics", Map.of(), false);
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(CBOR.readTree(refused.body()).path("__type").asText())
        .isEqualTo("InvalidParameterValue");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Period | 7 | Period must be 1, 5, 10, 20, 30 or a multiple of 60 but was: 7",
        "EndTime | 0 | StartTime must be less",
        "Period | 1 | exceeds the limit of 1440",
        "Statistics | Median | Member must satisfy enum value set"
      })
  void whatCannotBeAnsweredIsRefused(String member, String value, String why)
      throws IOException, InterruptedException {
    Map<String, Object> request = new HashMap<>(statistics("loss"));
    request.put(member, value.matches("[0-9]+") ? Integer.valueOf(value) : List.of(value));
    Answer answer = json("GetMetricStatistics", request);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message()).contains(why);
  }

  @Test
  void arithmeticAndPercentilesAreRefusedByName() throws IOException, InterruptedException {
    Map<String, Object> request = new HashMap<>(statistics("loss"));
    request.remove("Statistics");
    request.put("ExtendedStatistics", List.of("p99"));
    assertThat(json("GetMetricStatistics", request).message()).contains("p99");
    Answer sum =
        json(
            "GetMetricData",
            Map.of(
                "StartTime",
                0,
                "EndTime",
                60,
                "MetricDataQueries",
                List.of(Map.of("Id", "q", "Expression", "a+b"))));
    assertThat(sum.message()).contains("Expression");
  }

  @Test
  void anExpressionThatCannotBeMatchedCreatesNoJob() throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob("job", "learns");
    request.put("AlgorithmSpecification", algorithm("learns", "(?=loss)"));
    assertThat(server.sagemaker("CreateTrainingJob", request).message()).contains("(?=loss)");
    assertThat(server.sagemaker("ListTrainingJobs", Map.of()).body().path("TrainingJobSummaries"))
        .isEmpty();
  }

  @Test
  void aLogThatIsReadAgainAfterARestartTellsEachValueOnce()
      throws IOException, InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    engine.image(
        "long",
        host -> {
          host.print("loss=4.0;");
          end.await();
          host.print("loss=2.0;");
          return 0;
        });
    train("long");
    server.await(
        "DescribeTrainingJob",
        Map.of("TrainingJobName", "job"),
        job -> job.path("FinalMetricDataList").path(0).path("Value").asDouble() == 4.0);
    server.close();
    server = new TestServer(data, engine, new FakeTimeline());
    end.countDown();
    server.awaitJob("job", "Completed");
    assertThat(
            json("GetMetricStatistics", statistics("loss"))
                .body()
                .path("Datapoints")
                .findValuesAsText("SampleCount"))
        .containsExactly("2.0");
  }

  private void train(String image) throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob("job", image);
    request.put("AlgorithmSpecification", algorithm(image, "loss=(.*?);"));
    assertThat(server.sagemaker("CreateTrainingJob", request).status()).isEqualTo(200);
  }

  private static Map<String, Object> algorithm(String image, String lossRegex) {
    return Map.of(
        "TrainingImage",
        image,
        "TrainingInputMode",
        "File",
        "MetricDefinitions",
        List.of(
            Map.of("Name", "loss", "Regex", lossRegex),
            Map.of("Name", "accuracy", "Regex", "accuracy=(\\S+)")));
  }

  private static Map<String, Object> statistics(String metric) {
    long hour = Instant.now().getEpochSecond() / 3600 * 3600;
    return Map.of(
        "Namespace",
        NAMESPACE,
        "MetricName",
        metric,
        "Dimensions",
        List.of(Map.of("Name", "TrainingJobName", "Value", "job")),
        "StartTime",
        hour - 3600,
        "EndTime",
        hour + 7200,
        "Period",
        10800,
        "Statistics",
        List.of("Average", "SampleCount"));
  }

  private void put(String member, double value, int seconds)
      throws IOException, InterruptedException {
    Answer answer =
        json(
            "PutMetricData",
            Map.of(
                "Namespace",
                "mine",
                "MetricData",
                List.of(Map.of("MetricName", "m", "Timestamp", seconds, member, value))));
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
  }

  private Answer json(String operation, Object request) throws IOException, InterruptedException {
    return server.call(
        "GraniteServiceVersion20100801." + operation,
        "us-east-1",
        JSON.writeValueAsString(request));
  }

  private HttpResponse<String> form(String fields) throws IOException, InterruptedException {
    return http.send(
        request("/")
            .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            .POST(BodyPublishers.ofString(fields))
            .build(),
        BodyHandlers.ofString(UTF_8));
  }

  private HttpResponse<byte[]> cbor(String operation, Object body, boolean packed)
      throws IOException, InterruptedException {
    byte[] bytes = CBOR.writeValueAsBytes(body);
    HttpRequest.Builder request =
        request("/service/GraniteServiceVersion20100801/operation/" + operation)
            .header("smithy-protocol", "rpc-v2-cbor")
            .header("Content-Type", "application/cbor");
    if (packed) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
        gzip.write(bytes);
      }
      bytes = out.toByteArray();
      request.header("Content-Encoding", "gzip");
    }
    return http.send(
        request.POST(BodyPublishers.ofByteArray(bytes)).build(), BodyHandlers.ofByteArray());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.endpoint() + path))
        .header(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/monitoring/aws4_request,"
                + " SignedHeaders=host, Signature=0");
  }

  private static int indexOf(byte[] bytes, byte wanted) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
