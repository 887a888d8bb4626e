package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.TestServer.Answer;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CloudWatch Logs through real HTTP. */
class ServerLogsTest {
  private static final String GROUP = "/my/Group";

  @TempDir Path data;
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    server = new TestServer(data, new FakeContainerEngine(), new FakeTimeline());
    server.logs("CreateLogGroup", Map.of("logGroupName", GROUP));
    for (String stream : List.of("a", "b")) {
      server.logs("CreateLogStream", Map.of("logGroupName", GROUP, "logStreamName", stream));
      put(stream, 0, 10);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void anEventKeepsItsIdHoweverItIsFound() throws IOException, InterruptedException {
    Map<String, String> ids = filtered(Map.of());
    assertThat(ids).hasSize(20);
    assertThat(ids.values()).doesNotHaveDuplicates();

    Map<String, String> later = filtered(Map.of("startTime", 1005));
    assertThat(later).hasSize(10);
    assertThat(ids).containsAllEntriesOf(later);

    Map<String, String> matching = filtered(Map.of("filterPattern", "7"));
    assertThat(matching).hasSize(2);
    assertThat(ids).containsAllEntriesOf(matching);

    assertThat(filtered(Map.of("limit", 3))).isEqualTo(ids);

    put("a", 10, 12);
    assertThat(filtered(Map.of())).hasSize(22).containsAllEntriesOf(ids);
  }

  @Test
  void anEventAtTheEndTimeIsFilteredButNotGot() throws IOException, InterruptedException {
    assertThat(filtered(Map.of("startTime", 1002, "endTime", 1003, "logStreamNames", List.of("a"))))
        .containsOnlyKeys("a line 2", "a line 3");
    JsonNode got =
        server
            .logs(
                "GetLogEvents",
                Map.of(
                    "logGroupName",
                    GROUP,
                    "logStreamName",
                    "a",
                    "startTime",
                    1002,
                    "endTime",
                    1003))
            .body();
    assertThat(got.path("events").findValuesAsText("message")).containsExactly("a line 2");
  }

  @Test
  void groupsAreFoundByPartOfTheirNameCaseAndAll() throws IOException, InterruptedException {
    server.logs("CreateLogGroup", Map.of("logGroupName", "/other/GroupOfOthers"));
    server.logs("CreateLogGroup", Map.of("logGroupName", "/other/group"));
    assertThat(groups(Map.of("logGroupNamePattern", "Group")))
        .containsExactly(GROUP, "/other/GroupOfOthers");
    assertThat(groups(Map.of("logGroupNamePattern", "none"))).isEmpty();
    assertThat(groups(Map.of("logGroupNamePrefix", "/other")))
        .containsExactly("/other/GroupOfOthers", "/other/group");
    JsonNode group = server.logs("DescribeLogGroups", Map.of("logGroupNamePattern", GROUP)).body();
    assertThat(group.path("logGroups").path(0).fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("logGroupName", "creationTime", "arn");
  }

  @Test
  void groupsAreFoundByPrefixOrByPatternButNotByBoth() throws IOException, InterruptedException {
    Answer both =
        server.logs(
            "DescribeLogGroups",
            Map.of("logGroupNamePrefix", "/my", "logGroupNamePattern", "Group"));
    assertThat(both.error()).isEqualTo("InvalidParameterException");
    assertThat(both.message()).contains("logGroupNamePrefix", "logGroupNamePattern");
  }

  @Test
  void allGroupsCanBeDeletedPageByPage() throws IOException, InterruptedException {
    for (int i = 0; i < 7; i++) {
      server.logs("CreateLogGroup", Map.of("logGroupName", "/more/" + i));
    }
    Map<String, Object> request = new HashMap<>(Map.of("limit", 3));
    JsonNode page;
    do {
      page = server.logs("DescribeLogGroups", request).body();
      for (String group : page.path("logGroups").findValuesAsText("logGroupName")) {
        server.logs("DeleteLogGroup", Map.of("logGroupName", group));
      }
      request.put("nextToken", page.path("nextToken").asText());
    } while (page.has("nextToken"));
    assertThat(groups(Map.of())).isEmpty();
    assertThat(server.logs("DescribeLogGroups", Map.of("nextToken", "none")).error())
        .isEqualTo("InvalidParameterException");
  }

  private List<String> groups(Map<String, Object> request)
      throws IOException, InterruptedException {
    return server
        .logs("DescribeLogGroups", request)
        .body()
        .path("logGroups")
        .findValuesAsText("logGroupName");
  }

  /** The ids of the events that are found, by message, page after page. */
  private Map<String, String> filtered(Map<String, Object> filter)
      throws IOException, InterruptedException {
    Map<String, Object> request = new HashMap<>(filter);
    request.put("logGroupName", GROUP);
    Map<String, String> ids = new TreeMap<>();
    JsonNode page;
    do {
      page = server.logs("FilterLogEvents", request).body();
      for (JsonNode event : page.path("events")) {
        ids.put(event.path("message").asText(), event.path("eventId").asText());
      }
      request.put("nextToken", page.path("nextToken").asText());
    } while (page.has("nextToken"));
    return ids;
  }

  private void put(String stream, int from, int to) throws IOException, InterruptedException {
    List<Map<String, Object>> events =
        IntStream.range(from, to)
            .mapToObj(i ->
                Map.<String, Object>of("timestamp", 1000 + i, "message", stream + " line " + i))
            .toList();
    Answer answer =
        server.logs(
            "PutLogEvents",
            Map.of("logGroupName", GROUP, "logStreamName", stream, "logEvents", events));
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
  }
}
