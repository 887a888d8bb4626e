package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What TransformJobs make of their data, through real HTTP. */
class ServerTransformDataTest {
  @TempDir Path data;
  private final SystemTimeline timeline = new SystemTimeline();
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeModel upper = new FakeModel(text -> text.toUpperCase(Locale.ROOT));

  /** Answers each row of CSV with how many fields it has. */
  private final FakeModel counts =
      new FakeModel(text ->
          text.lines()
              .map(line -> String.valueOf(line.split(",", -1).length))
              .collect(Collectors.joining("\n")));

  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine.image("upper", upper).image("counts", counts);
    server = new TestServer(data, engine, timeline);
    server.put("other/x", "x");
    server.sagemaker("CreateModel", Requests.imageModel("upper", "upper"));
    server.sagemaker("CreateModel", Requests.imageModel("counts", "counts"));
  }

  @AfterEach
  void stop() {
    server.close();
    timeline.close();
  }

  @Test
  void columnsAreLeftOutForTheModelAndJoinedWithItsAnswers()
      throws IOException, InterruptedException {
    server.put("in/a.csv", "id1,5,6\nid2,\"7,7\",8\n");
    Map<String, Object> request = lines("counts");
    Requests.input(request).put("ContentType", "text/csv");
    Requests.output(request).put("Accept", "text/csv");
    request.put(
        "DataProcessing",
        Map.of("InputFilter", "$[1:]", "JoinSource", "Input", "OutputFilter", "$[0,-1]"));
    run(request);
    assertThat(counts.bodies).containsExactly("5,6\n\"7,7\",8");
    assertThat(output("a.csv.out")).isEqualTo("id1,2\nid2,3\n");
  }

  @Test
  void jsonLinesAreFilteredAndJoinedRecordByRecord() throws IOException, InterruptedException {
    server.put("in/a.jsonl", "{\"id\":1,\"x\":[1.50]}\n{\"id\":2,\"x\":[2]}");
    Map<String, Object> request = lines("upper");
    Requests.input(request).put("ContentType", "application/jsonlines");
    request.put("BatchStrategy", "SingleRecord");
    request.put(
        "DataProcessing",
        Map.of(
            "InputFilter",
            "$.x",
            "JoinSource",
            "Input",
            "OutputFilter",
            "$['id','SageMakerOutput']"));
    run(request);
    assertThat(upper.bodies).containsExactlyInAnyOrder("[1.50]", "[2]");
    assertThat(output("a.jsonl.out"))
        .isEqualTo("{\"id\":1,\"SageMakerOutput\":[1.50]}\n{\"id\":2,\"SageMakerOutput\":[2]}\n");
  }

  @Test
  void aWholeObjectOfJsonIsOneRecord() throws IOException, InterruptedException {
    server.put("in/a.json", "{\n \"id\": 1,\n \"x\": [1]\n}\n");
    Map<String, Object> request = Requests.transformJob("job", "upper");
    Requests.input(request).put("ContentType", "application/json");
    request.put("DataProcessing", Map.of("InputFilter", "$.x", "JoinSource", "Input"));
    run(request);
    assertThat(upper.bodies).containsExactly("[1]");
    assertThat(output("a.json.out")).isEqualTo("{\"id\":1,\"x\":[1],\"SageMakerOutput\":[1]}");
  }

  @Test
  void aRowThatCannotBeFilteredFailsTheJobNamingItsLine() throws IOException, InterruptedException {
    server.put("in/a.jsonl", "{\"x\":1}\n{\"y\":2}");
    Map<String, Object> request = lines("upper");
    Requests.input(request).put("ContentType", "application/jsonlines");
    request.put("DataProcessing", Map.of("InputFilter", "$.x"));
    assertThat(failure(request))
        .startsWith("ClientError: s3://bucket/in/a.jsonl: line 2: InputFilter $.x: ");
  }

  @Test
  void gzipObjectsAreUnpackedOnTheWay() throws IOException, InterruptedException {
    server.s3("PUT", "/bucket/in/a.csv.gz", gzip("a1\na2\n"));
    Map<String, Object> request = lines("upper");
    Requests.input(request).put("CompressionType", "Gzip");
    run(request);
    assertThat(output("a.csv.gz.out")).isEqualTo("A1\nA2\n");

    Map<String, Object> whole = Requests.transformJob("whole", "upper");
    Requests.input(whole).put("CompressionType", "Gzip");
    run(whole);
    assertThat(output("a.csv.gz.out")).isEqualTo("A1\nA2\n");
    assertThat(upper.headers).contains("null null 6");
  }

  @Test
  void whatIsNoGzipFileIsNamed() throws IOException, InterruptedException {
    server.put("in/a.csv", "a1");
    Map<String, Object> request = lines("upper");
    Requests.input(request).put("CompressionType", "Gzip");
    assertThat(failure(request))
        .contains("s3://bucket/in/a.csv: CompressionType is Gzip, but it is not a gzip file");
  }

  @ParameterizedTest
  @CsvSource({"Line,1", "None,1", "None,0", "filtered,1"})
  void aDamagedGzipFileIsNamedAndKeepsNoOtherFromBeingTransformed(String split, int maxPayload)
      throws IOException, InterruptedException {
    byte[] whole = gzip("{\"x\":\"a\"}\n".repeat(20_000));
    byte[] corrupt = whole.clone();
    Arrays.fill(corrupt, whole.length / 2, whole.length / 2 + 20, (byte) 0xff);
    server.s3("PUT", "/bucket/in/a", Arrays.copyOf(whole, whole.length - 10));
    server.s3("PUT", "/bucket/in/b", corrupt);
    server.s3("PUT", "/bucket/in/c", whole);
    Map<String, Object> request =
        split.equals("Line") ? lines("upper") : Requests.transformJob("job", "upper");
    Requests.input(request).put("CompressionType", "Gzip");
    request.put("MaxPayloadInMB", maxPayload);
    request.put("MaxConcurrentTransforms", 1);
    if (split.equals("filtered")) {
      Requests.input(request).put("ContentType", "application/jsonlines");
      request.put("DataProcessing", Map.of("InputFilter", "$"));
    }
    assertThat(failure(request))
        .isEqualTo(
            "ClientError: s3://bucket/in/a: CompressionType is Gzip, but it is damaged: it ends too"
                + " early (and 1 more of the input's objects failed)");
    assertThat(server.log("/aws/sagemaker/TransformJobs", "job/").toString())
        .contains("ClientError: s3://bucket/in/b: CompressionType is Gzip, but it is damaged: ");
    assertThat(output("c.out")).startsWith("{\"X\":\"A\"}\n");
    assertThat(server.s3("GET", "/bucket/out/a.out", new byte[0]).statusCode()).isEqualTo(404);
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aManifestNamesTheObjects() throws IOException, InterruptedException {
    server.put("in/a.csv", "a1");
    server.put("in/deep/b.csv", "b1");
    server.put("in/c.csv", "c1");
    server.put("manifest", "[{\"prefix\": \"s3://bucket/in/\"}, \"deep/b.csv\", \"a.csv\"]");
    Map<String, Object> request = lines("upper");
    manifest(request);
    run(request);
    assertThat(output("a.csv.out")).isEqualTo("A1\n");
    assertThat(output("deep/b.csv.out")).isEqualTo("B1\n");
    assertThat(server.s3("GET", "/bucket/out/c.csv.out", new byte[0]).statusCode()).isEqualTo(404);
  }

  @Test
  void aManifestThatIsNoneOrNamesNothingIsTold() throws IOException, InterruptedException {
    Map<String, Object> request = lines("upper");
    manifest(request);
    assertThat(failure(request)).contains("s3://bucket/manifest").contains("there is no");
    server.put("manifest", "{}");
    request.put("TransformJobName", "two");
    assertThat(failure(request)).contains("must be a list that begins with");
    server.put("manifest", "[{\"prefix\": \"s3://bucket/in/\"}, \"gone\"]");
    request.put("TransformJobName", "three");
    assertThat(failure(request)).contains("s3://bucket/in/gone, which does not exist");
  }

  @Test
  void aPrefixWithoutObjectsAndABucketThatIsNotThereAreNamed()
      throws IOException, InterruptedException {
    Map<String, Object> request = lines("upper");
    assertThat(failure(request)).contains("s3://bucket/in/ has no objects");
    Requests.output(request).put("S3OutputPath", "s3://nowhere/out");
    request.put("TransformJobName", "two");
    assertThat(failure(request)).contains("names bucket nowhere, which does not exist");
  }

  @Test
  void recordIoIsSentInItsFramesTogetherAndWithoutThemAlone()
      throws IOException, InterruptedException {
    byte[] file = recordIo("abc", "defgh");
    server.s3("PUT", "/bucket/in/a.rec", file);
    Map<String, Object> request = Requests.transformJob("together", "upper");
    Requests.input(request).put("SplitType", "RecordIO");
    run(request);
    assertThat(upper.bodies).containsExactly(new String(file, StandardCharsets.ISO_8859_1));

    upper.bodies.clear();
    request.put("TransformJobName", "alone");
    request.put("BatchStrategy", "SingleRecord");
    Requests.output(request).put("AssembleWith", "Line");
    run(request);
    assertThat(upper.bodies).containsExactlyInAnyOrder("abc", "defgh");
    assertThat(output("a.rec.out")).isEqualTo("ABC\nDEFGH\n");
  }

  @Test
  void whatIsLargerThanAllowedFailsTheJob() throws IOException, InterruptedException {
    String line = "x".repeat(1 << 20);
    server.put("in/a.csv", "short\n" + line + "x\n");
    Map<String, Object> request = lines("upper");
    request.put("MaxPayloadInMB", 1);
    assertThat(failure(request))
        .isEqualTo(
            "ClientError: s3://bucket/in/a.csv: line 2 is longer than MaxPayloadInMB 1 allows");
    request.put("TransformJobName", "whole");
    Requests.input(request).put("SplitType", "None");
    assertThat(failure(request))
        .contains("s3://bucket/in/a.csv: it is longer than MaxPayloadInMB 1");
  }

  @Test
  void withoutALimitAWholeObjectIsStreamed() throws IOException, InterruptedException {
    byte[] large = new byte[20 << 20];
    server.s3("PUT", "/bucket/in/large", large);
    Map<String, Object> request = Requests.transformJob("job", "upper");
    request.put("MaxPayloadInMB", 0);
    run(request);
    assertThat(server.s3("GET", "/bucket/out/large.out", new byte[0]).body()).hasSize(20 << 20);
    assertThat(upper.headers).containsExactly("null null " + (20 << 20));
  }

  @Test
  void manyAnswersOfAnySizeKeepTheirOrder() throws IOException, InterruptedException {
    String rows =
        IntStream.range(0, 300)
            .mapToObj(i -> "row" + i + "x".repeat(i % 7 == 0 ? 100_000 : 10))
            .collect(Collectors.joining("\n"));
    server.put("in/a.csv", rows);
    Map<String, Object> request = lines("upper");
    request.put("BatchStrategy", "SingleRecord");
    request.put("MaxConcurrentTransforms", 6);
    run(request);
    assertThat(output("a.csv.out")).isEqualTo(rows.toUpperCase(Locale.ROOT) + "\n");
    server.awaitNothingLeft(engine, data);
  }

  private static Map<String, Object> lines(String model) {
    Map<String, Object> request = Requests.transformJob("job", model);
    Requests.input(request).put("SplitType", "Line");
    Requests.output(request).put("AssembleWith", "Line");
    return request;
  }

  private static void manifest(Map<String, Object> request) {
    Requests.input(request)
        .put(
            "DataSource",
            Map.of(
                "S3DataSource",
                Map.of("S3DataType", "ManifestFile", "S3Uri", "s3://bucket/manifest")));
  }

  private void run(Map<String, Object> request) throws IOException, InterruptedException {
    server.awaitTransform(create(request), "Completed");
  }

  private String failure(Map<String, Object> request) throws IOException, InterruptedException {
    return server.awaitTransform(create(request), "Failed").path("FailureReason").asText();
  }

  private String create(Map<String, Object> request) throws IOException, InterruptedException {
    Answer created = server.sagemaker("CreateTransformJob", request);
    assertThat(created.status()).as("%s", created.body()).isEqualTo(200);
    return String.valueOf(request.get("TransformJobName"));
  }

  private String output(String name) throws IOException, InterruptedException {
    return new String(
        server.s3("GET", "/bucket/out/" + name, new byte[0]).body(), StandardCharsets.ISO_8859_1);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  private static byte[] recordIo(String... records) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (String record : records) {
      ByteBuffer framed =
          ByteBuffer.allocate(8 + (record.length() + 3) / 4 * 4)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(0xced7230a)
              .putInt(record.length())
              .put(record.getBytes(StandardCharsets.US_ASCII));
      file.writeBytes(framed.array());
    }
    return file.toByteArray();
  }
}
