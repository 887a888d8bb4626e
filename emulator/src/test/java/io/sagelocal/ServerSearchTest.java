package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists, searches, tags, updates and warm pools of TrainingJobs through real HTTP. */
class ServerSearchTest {
  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeTimeline timeline = new FakeTimeline();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine
        .image(
            "ok",
            host -> {
              host.print("accuracy=" + host.environment().get("ACCURACY") + ";");
              return 0;
            })
        .image("fails", host -> 1)
        .image(
            "waits",
            host -> {
              new CountDownLatch(1).await();
              return 0;
            });
    server = new TestServer(data, engine, timeline);
    server.put("data/train/a", "");
    server.put("data/test/b", "");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void threeJobs() throws IOException, InterruptedException {
    create("one", "ok", "0.9", Map.of("team", "red"), Map.of("epochs", "5", "a.b", "x"));
    create("two", "ok", "0.5", Map.of("team", "blue"), Map.of("epochs", "10"));
    create("three", "fails", "0", Map.of(), Map.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TrainingJobStatus | Equals | Completed | two one",
        "TrainingJobStatus | NotEquals | Completed | three",
        "TrainingJobName | Contains | o | two one",
        "TrainingJobName | In | one, three | three one",
        "HyperParameters.epochs | GreaterThan | 5 | two",
        "HyperParameters.epochs | GreaterThanOrEqualTo | 5.0 | two one",
        "HyperParameters.epochs | LessThan | 10 | one",
        "HyperParameters.epochs | NotExists | | three",
        "HyperParameters.a.b | Equals | x | one",
        "Metrics.accuracy | GreaterThan | 0.7 | one",
        "Tags.team | Equals | blue | two",
        "Tags.team | Exists | | two one",
        "CreationTime | LessThan | 2026-01-01T00:00:30Z | one",
        "CreationTime | GreaterThanOrEqualTo | 2026-01-01T00:02:00+00:00 | three",
        "InputDataConfig.ChannelName | Equals | test | three two one",
        "NoSuchProperty | Exists | | ''"
      })
  void aFilterFindsWhatHasTheProperty(String name, String operator, String value, String found)
      throws IOException, InterruptedException {
    threeJobs();
    Map<String, Object> filter = new HashMap<>(Map.of("Name", name, "Operator", operator));
    if (value != null) {
      filter.put("Value", value);
    }
    assertThat(found(Map.of("Filters", List.of(filter)))).isEqualTo(found);
  }

  @Test
  void expressionsAreCombined() throws IOException, InterruptedException {
    threeJobs();
    Map<String, Object> red = Map.of("Name", "Tags.team", "Value", "red");
    Map<String, Object> failed = Map.of("Name", "TrainingJobStatus", "Value", "Failed");
    assertThat(found(Map.of("Filters", List.of(red, failed)))).isEmpty();
    assertThat(found(Map.of("Operator", "Or", "Filters", List.of(red, failed))))
        .isEqualTo("three one");
    assertThat(
            found(
                Map.of(
                    "Operator",
                    "Or",
                    "Filters",
                    List.of(red),
                    "SubExpressions",
                    List.of(Map.of("Filters", List.of(failed))))))
        .isEqualTo("three one");
  }

  @Test
  void nestedFiltersHoldForOneEntryOfAList() throws IOException, InterruptedException {
    threeJobs();
    assertThat(found(nested("train", "s3://bucket/data/train"))).isEqualTo("three two one");
    assertThat(found(nested("train", "s3://bucket/data/test"))).isEmpty();
  }

  @Test
  void aSearchIsSortedAndComesPageByPage() throws IOException, InterruptedException {
    threeJobs();
    Map<String, Object> request =
        new HashMap<>(
            Map.of(
                "Resource",
                "TrainingJob",
                "SortBy",
                "TrainingJobName",
                "SortOrder",
                "Ascending",
                "MaxResults",
                2));
    JsonNode first = server.sagemaker("Search", request).body();
    assertThat(names(first)).containsExactly("one", "three");
    assertThat(first.path("TotalHits").path("Value").asInt()).isEqualTo(3);
    request.put("NextToken", first.path("NextToken").asText());
    JsonNode second = server.sagemaker("Search", request).body();
    assertThat(names(second)).containsExactly("two");
    assertThat(second.has("NextToken")).isFalse();
    assertThat(
            first.path("Results").path(0).path("TrainingJob").path("Tags").findValuesAsText("Key"))
        .containsExactly("team");
  }

  @ParameterizedTest
  @CsvSource({
    "CreationTime, Ascending, one two three four",
    "CreationTime, Descending, four three two one",
    "Tags.team, Ascending, two four one three", // which has none
    "Tags.team, Descending, three one four two",
    "HyperParameters.epochs, Ascending, one four two three", // as numbers
    "HyperParameters.epochs, Descending, three two four one"
  })
  void whoDeletesEachPageOfASearchFindsEveryJobOnce(String by, String order, String names)
      throws IOException, InterruptedException {
    threeJobs();
    create("four", "ok", "0", Map.of("team", "green"), Map.of("epochs", "7"));
    Map<String, Object> request =
        new HashMap<>(
            Map.of("Resource", "TrainingJob", "SortBy", by, "SortOrder", order, "MaxResults", 1));
    List<String> seen = new ArrayList<>();
    Answer page;
    do {
      page = server.sagemaker("Search", request);
      assertThat(page.status()).as(page.message()).isEqualTo(200);
      for (String name : names(page.body())) {
        seen.add(name);
        server.sagemaker("DeleteTrainingJob", Map.of("TrainingJobName", name));
      }
      request.put("NextToken", page.body().path("NextToken").asText());
    } while (page.body().has("NextToken"));
    assertThat(seen).containsExactly(names.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"no token!", "b25l", "b25lCm9uZQpvbmU"})
  void aTokenOfNoSearchIsRefused(String token) throws IOException, InterruptedException {
    Answer answer =
        server.sagemaker("Search", Map.of("Resource", "TrainingJob", "NextToken", token));
    assertThat(answer.error()).isEqualTo("ValidationException");
    assertThat(answer.message()).contains("NextToken", token);
  }

  @Test
  void whatCannotBeSearchedIsRefusedByName() throws IOException, InterruptedException {
    Answer model = server.sagemaker("Search", Map.of("Resource", "ModelPackage"));
    assertThat(model.error()).isEqualTo("ValidationException");
    assertThat(model.message()).contains("ModelPackage", "TrainingJob");
    Map<String, Object> filter = Map.of("Name", "TrainingJobName", "Operator", "Equals");
    Answer value =
        server.sagemaker(
            "Search",
            Map.of(
                "Resource", "TrainingJob", "SearchExpression", Map.of("Filters", List.of(filter))));
    assertThat(value.message()).contains("TrainingJobName", "needs a Value");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NameContains | O | two one",
        "StatusEquals | Failed | three",
        "CreationTimeAfter | 1767225600 | three two",
        "CreationTimeBefore | 1767225660 | one",
        "LastModifiedTimeAfter | 1767225660 | three",
        "SortBy | Name | two three one",
        "SortOrder | Ascending | one two three"
      })
  void aListIsFilteredAndSorted(String member, String value, String found)
      throws IOException, InterruptedException {
    threeJobs();
    Map<String, Object> request =
        Map.of(member, value.matches("[0-9]+") ? Long.valueOf(value) : value);
    JsonNode answer = server.sagemaker("ListTrainingJobs", request).body();
    assertThat(
            String.join(
                " ", answer.path("TrainingJobSummaries").findValuesAsText("TrainingJobName")))
        .isEqualTo(found);
  }

  @Test
  void allModelsCanBeDeletedPageByPage() throws IOException, InterruptedException {
    for (int i = 0; i < 25; i++) {
      server.sagemaker("CreateModel", Requests.imageModel("model-" + i, "ok"));
    }
    Map<String, Object> request = new HashMap<>();
    Answer page;
    do {
      page = server.sagemaker("ListModels", request);
      assertThat(page.status()).as(page.message()).isEqualTo(200);
      for (String name : page.body().path("Models").findValuesAsText("ModelName")) {
        server.sagemaker("DeleteModel", Map.of("ModelName", name));
      }
      request.put("NextToken", page.body().path("NextToken").asText());
    } while (page.body().has("NextToken"));
    assertThat(server.sagemaker("ListModels", Map.of()).body().path("Models")).isEmpty();
  }

  @Test
  void aWarmPoolIsInUseThenAvailableThenTerminated() throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob("job", "waits");
    request.put("ResourceConfig", resources(600));
    server.sagemaker("CreateTrainingJob", request);
    assertThat(pool()).isEqualTo("{\"Status\":\"InUse\"}");
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job"));
    server.awaitJob("job", "Stopped");
    timeline.advance(Duration.ofSeconds(100));
    assertThat(pool()).contains("\"Available\"", ":100");
    assertThat(listed("Available")).hasSize(1);
    assertThat(listed("InUse")).isEmpty();

    Map<String, Object> update =
        Map.of("TrainingJobName", "job", "ResourceConfig", Map.of("KeepAlivePeriodInSeconds", 60));
    assertThat(server.sagemaker("UpdateTrainingJob", update).status()).isEqualTo(200);
    assertThat(pool()).contains("\"Terminated\"", ":60");
    assertThat(server.sagemaker("UpdateTrainingJob", update).message()).contains("Terminated");
  }

  @Test
  void aWarmPoolMovesToTheNextJobThatMatches() throws IOException, InterruptedException {
    createPooled("job", resources(600), Map.of());
    server.awaitJob("job", "Completed");
    timeline.advance(Duration.ofSeconds(100));
    createPooled("other-role", resources(600), Map.of("RoleArn", TestServer.ROLE + "2"));
    createPooled("isolated", resources(600), Map.of("EnableNetworkIsolation", true));
    createPooled("two", resources(600, "ml.c4.xlarge", 2), Map.of());
    createPooled("large", resources(600, "ml.c4.2xlarge", 1), Map.of());
    assertThat(pool()).contains("\"Available\"");

    createPooled("next", resources(60), Map.of("EnableNetworkIsolation", false));
    assertThat(pool())
        .isEqualTo(
            "{\"Status\":\"Reused\",\"ResourceRetainedBillableTimeInSeconds\":100,"
                + "\"ReusedByJob\":\"next\"}");
    assertThat(listed("Reused")).hasSize(1);
    Map<String, Object> update =
        Map.of("TrainingJobName", "job", "ResourceConfig", Map.of("KeepAlivePeriodInSeconds", 60));
    assertThat(server.sagemaker("UpdateTrainingJob", update).message()).contains("Reused");

    server.awaitJob("next", "Completed");
    server.close();
    server = new TestServer(data, engine, timeline);
    Map<String, Object> last = new HashMap<>(resources(60));
    last.remove("KeepAlivePeriodInSeconds");
    createPooled("last", last, Map.of());
    assertThat(pool("next")).as("after a restart").contains("\"ReusedByJob\":\"last\"");
    assertThat(pool("job")).contains("\"ReusedByJob\":\"next\"");
  }

  @Test
  void aWarmPoolWhoseTimeIsOverMovesNowhere() throws IOException, InterruptedException {
    createPooled("job", resources(60), Map.of());
    server.awaitJob("job", "Completed");
    timeline.advance(Duration.ofSeconds(61));
    createPooled("next", resources(60), Map.of());
    assertThat(pool()).contains("\"Terminated\"");
  }

  private void createPooled(String name, Map<String, Object> resources, Map<String, Object> changes)
      throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob(name, "ok");
    request.put("ResourceConfig", resources);
    request.putAll(changes);
    TestServer.Answer created = server.sagemaker("CreateTrainingJob", request);
    assertThat(created.status()).as(created.message()).isEqualTo(200);
  }

  @Test
  void aRunningJobsProfilingCanBeUpdatedAndAnEndedOnesCannot()
      throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "waits"));
    Map<String, Object> update =
        Map.of(
            "TrainingJobName",
            "job",
            "ProfilerConfig",
            Map.of("S3OutputPath", "s3://bucket/p", "ProfilingIntervalInMilliseconds", 500));
    assertThat(server.sagemaker("UpdateTrainingJob", update).body().path("TrainingJobArn").asText())
        .endsWith("training-job/job");
    JsonNode job = describe();
    assertThat(job.path("ProfilerConfig").path("ProfilingIntervalInMilliseconds").asInt())
        .isEqualTo(500);
    assertThat(job.path("ProfilingStatus").asText()).isEqualTo("Enabled");
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job"));
    server.awaitJob("job", "Stopped");
    assertThat(server.sagemaker("UpdateTrainingJob", update).message())
        .contains("ProfilerConfig", "Stopped");
    assertThat(server.sagemaker("UpdateTrainingJob", Map.of("TrainingJobName", "none")).message())
        .contains("Could not find");
  }

  private JsonNode describe() throws IOException, InterruptedException {
    return server.sagemaker("DescribeTrainingJob", Map.of("TrainingJobName", "job")).body();
  }

  private String pool() throws IOException, InterruptedException {
    return pool("job");
  }

  private String pool(String job) throws IOException, InterruptedException {
    return server
        .sagemaker("DescribeTrainingJob", Map.of("TrainingJobName", job))
        .body()
        .path("WarmPoolStatus")
        .toString();
  }

  private JsonNode listed(String pool) throws IOException, InterruptedException {
    return server
        .sagemaker("ListTrainingJobs", Map.of("WarmPoolStatusEquals", pool))
        .body()
        .path("TrainingJobSummaries");
  }

  private static Map<String, Object> nested(String channel, String uri) {
    return Map.of(
        "NestedFilters",
        List.of(
            Map.of(
                "NestedPropertyName",
                "InputDataConfig",
                "Filters",
                List.of(
                    Map.of("Name", "InputDataConfig.ChannelName", "Value", channel),
                    Map.of(
                        "Name", "InputDataConfig.DataSource.S3DataSource.S3Uri", "Value", uri)))));
  }

  private String found(Map<String, Object> expression) throws IOException, InterruptedException {
    Answer answer =
        server.sagemaker(
            "Search", Map.of("Resource", "TrainingJob", "SearchExpression", expression));
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
    return String.join(" ", names(answer.body()));
  }

  private static List<String> names(JsonNode found) {
    List<String> names = new ArrayList<>();
    found
        .path("Results")
        .forEach(one -> names.add(one.path("TrainingJob").path("TrainingJobName").asText()));
    return names;
  }

  private static Map<String, Object> resources(int keepAlive) {
    return resources(keepAlive, "ml.c4.xlarge", 1);
  }

  private static Map<String, Object> resources(int keepAlive, String type, int count) {
    return Map.of(
        "InstanceType",
        type,
        "InstanceCount",
        count,
        "VolumeSizeInGB",
        1,
        "KeepAlivePeriodInSeconds",
        keepAlive);
  }

  /** Creates a job, awaits its end, and lets a minute pass. */
  private void create(
      String name,
      String image,
      String accuracy,
      Map<String, String> tags,
      Map<String, String> parameters)
      throws IOException, InterruptedException {
    Map<String, Object> request = Requests.trainingJob(name, image);
    request.put(
        "AlgorithmSpecification",
        Map.of(
            "TrainingImage",
            image,
            "TrainingInputMode",
            "File",
            "MetricDefinitions",
            List.of(Map.of("Name", "accuracy", "Regex", "accuracy=(.*);"))));
    request.put("Environment", Map.of("ACCURACY", accuracy));
    request.put("HyperParameters", parameters);
    request.put(
        "InputDataConfig",
        List.of(
            Requests.channel("train", "s3://bucket/data/train"),
            Requests.channel("test", "s3://bucket/data/test")));
    request.put(
        "Tags",
        tags.entrySet().stream()
            .map(tag -> Map.of("Key", tag.getKey(), "Value", tag.getValue()))
            .toList());
    Answer answer = server.sagemaker("CreateTrainingJob", request);
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
    server.awaitJob(name, image.equals("ok") ? "Completed" : "Failed");
    timeline.advance(Duration.ofMinutes(1));
  }
}
