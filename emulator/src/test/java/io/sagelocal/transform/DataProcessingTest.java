package io.sagelocal.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.aws.Document;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataProcessingTest {
  private static final String CSV = "text/csv";
  private static final String JSON = "application/json";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "$[1:]        | 7,x, 1.50 ,\"a,b\"    | x, 1.50 ,\"a,b\"",
        "$[0]         | 7,8,9                | 7",
        "$[-1]        | 7,8,9                | 9",
        "$[0,2]       | 7,8,9                | 7,9",
        "$[:2]        | 7,8,9                | 7,8",
        "$[1:3]       | 7,8,9,10             | 8,9",
        "$[0,2:]      | 7,8,9,10             | 7,9,10",
        "$[*]         | 7,8                  | 7,8"
      })
  void columnsOfCsvAreTakenAsTheyAreWritten(String path, String row, String taken) {
    DataProcessing processing = processing(CSV, Map.of("InputFilter", path));
    assertThat(text(processing.forModel(bytes(row)))).isEqualTo(taken);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "$.features           | {\"id\":1,\"features\":[1.50,2e-7]} | [1.50,2E-7]",
        "$['features']        | {\"id\":1,\"features\":[0.1]}       | [0.1]",
        "$.a.b                | {\"a\":{\"b\":\"ä\"}}               | \"ä\"",
        "$['a','c']           | {\"a\":1,\"b\":2,\"c\":3}           | {\"a\":1,\"c\":3}",
        "$[1:]                | [1,2,3]                             | [2,3]"
      })
  void partsOfJsonAreTakenWithEveryDigit(String path, String row, String taken) {
    DataProcessing processing = processing(JSON, Map.of("InputFilter", path));
    assertThat(text(processing.forModel(bytes(row)))).isEqualTo(taken);
  }

  @Test
  void csvAnswersAreJoinedAtTheEndOfTheirRows() {
    DataProcessing processing =
        processing(CSV, Map.of("JoinSource", "Input", "OutputFilter", "$[0,-1]"));
    assertThat(text(processing.forOutput(rows("id1,5,6", "id2,7,8"), bytes("0.5\n0.7\n"))))
        .isEqualTo("id1,0.5\nid2,0.7");
    DataProcessing all = processing(CSV, Map.of("JoinSource", "Input"));
    assertThat(text(all.forOutput(rows("id1,5"), bytes("0.5,0.25")))).isEqualTo("id1,5,0.5,0.25");
  }

  @Test
  void jsonAnswersBecomeAMemberOfTheirRecord() {
    DataProcessing processing = processing(JSON, Map.of("JoinSource", "Input"));
    assertThat(text(processing.forOutput(rows("{\"id\":1}"), bytes("{\"p\": 0.50}"))))
        .isEqualTo("{\"id\":1,\"SageMakerOutput\":{\"p\":0.50}}");
    assertThat(text(processing.forOutput(rows("[1,2]"), bytes("3"))))
        .isEqualTo("{\"SageMakerInput\":[1,2],\"SageMakerOutput\":3}");
    DataProcessing some =
        processing(
            "application/jsonlines",
            Map.of("JoinSource", "Input", "OutputFilter", "$['id','SageMakerOutput']"));
    assertThat(text(some.forOutput(rows("{\"id\":1,\"x\":2}", "{\"id\":2}"), bytes("0.1\n0.2\n"))))
        .isEqualTo("{\"id\":1,\"SageMakerOutput\":0.1}\n{\"id\":2,\"SageMakerOutput\":0.2}");
  }

  @Test
  void anOutputFilterAloneTakesPartOfTheAnswer() {
    DataProcessing processing = processing(JSON, Map.of("OutputFilter", "$.p"));
    assertThat(text(processing.forOutput(List.of(), bytes("{\"p\":[1],\"q\":2}"))))
        .isEqualTo("[1]");
  }

  @Test
  void answersThatAreNotOneForEachRecordCannotBeJoined() {
    DataProcessing processing = processing(CSV, Map.of("JoinSource", "Input"));
    assertThatThrownBy(() -> processing.forOutput(rows("1", "2"), bytes("1\n2\n3")))
        .hasMessageContaining("3 rows for 2 records");
  }

  @Test
  void aRowWithoutThePartIsNamed() {
    assertThatThrownBy(() -> processing(CSV, Map.of("InputFilter", "$[5:]")).forModel(bytes("1,2")))
        .hasMessageContaining("InputFilter");
    assertThatThrownBy(() -> processing(CSV, Map.of("InputFilter", "$[5]")).forModel(bytes("1,2")))
        .hasMessageContaining("InputFilter");
    assertThatThrownBy(
            () -> processing(CSV, Map.of("InputFilter", "$[0,5]")).forModel(bytes("1,2")))
        .hasMessageContaining("InputFilter");
    assertThatThrownBy(
            () -> processing(JSON, Map.of("InputFilter", "$.a")).forModel(bytes("{\"b\":1}")))
        .hasMessageContaining("InputFilter");
    assertThatThrownBy(() -> processing(JSON, Map.of("InputFilter", "$.a")).forModel(bytes("{")))
        .hasMessageContaining("not JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$..a", "$[?(@.a)]", "$.length()", "a", "$[", "$.a["})
  void aPathThatSageMakerDoesNotHaveIsRefused(String path) {
    assertThatThrownBy(() -> processing(JSON, Map.of("OutputFilter", path)))
        .hasMessageContaining("OutputFilter")
        .hasMessageContaining(path);
  }

  @Test
  void whatIsNeitherCsvNorJsonIsRefused() {
    assertThatThrownBy(() -> processing("application/x-npy", Map.of("InputFilter", "$[1:]")))
        .hasMessageContaining("application/x-npy")
        .hasMessageContaining("text/csv");
    Map<String, Object> request = request(CSV, Map.of("JoinSource", "Input"));
    request.put("TransformOutput", Map.of("S3OutputPath", "s3://b/o", "Accept", JSON));
    assertThatThrownBy(() -> of(request)).hasMessageContaining("of one kind");
  }

  private static DataProcessing processing(String contentType, Map<String, Object> asked) {
    return of(request(contentType, asked));
  }

  private static DataProcessing of(Map<String, Object> request) {
    Document document = new Document(request);
    return DataProcessing.of(
            document,
            TransformInput.of(document.document("TransformInput")),
            TransformOutput.of(document.document("TransformOutput")))
        .orElseThrow();
  }

  private static Map<String, Object> request(String contentType, Map<String, Object> asked) {
    Map<String, Object> request = new HashMap<>();
    request.put("DataProcessing", asked);
    request.put(
        "TransformInput",
        Map.of(
            "ContentType",
            contentType,
            "SplitType",
            "Line",
            "DataSource",
            Map.of("S3DataSource", Map.of("S3DataType", "S3Prefix", "S3Uri", "s3://b/i"))));
    request.put("TransformOutput", Map.of("S3OutputPath", "s3://b/o"));
    return request;
  }

  private static List<byte[]> rows(String... rows) {
    return Stream.of(rows).map(DataProcessingTest::bytes).toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
