package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.logs.LogStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** CloudWatch Logs' operations on groups. */
public final class LogGroupOperations {
  private static final int PAGE = 50;
  private static final String TOKEN = "g/";

  private final LogStore logs;

  public LogGroupOperations(LogStore logs) {
    this.logs = logs;
  }

  /**
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
   */
  public Map<String, Object> describeLogGroups(Call call) {
    Document request = call.request();
    if (request.has("logGroupNamePrefix") && request.has("logGroupNamePattern")) {
      throw new ServiceError(
          "InvalidParameterException",
          "logGroupNamePrefix and logGroupNamePattern exclude each other; give one of them");
    }
    boolean brief = request.has("logGroupNamePattern");
    String part = request.findText("logGroupNamePattern").orElse("");
    String last = request.findText("nextToken").map(LogGroupOperations::lastGroup).orElse("");
    List<String> names =
        logs.groups(call.scope(), request.findText("logGroupNamePrefix").orElse("")).stream()
            .filter(name -> name.contains(part) && name.compareTo(last) > 0)
            .toList();
    int size = request.findNumber("limit").map(Long::intValue).orElse(PAGE);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(
        "logGroups",
        names.stream().limit(size).map(name -> description(call.scope(), name, brief)).toList());
    if (names.size() > size) {
      answer.put("nextToken", TOKEN + names.get(size - 1));
    }
    return answer;
  }

  /**
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
   */
  public Map<String, Object> createLogGroup(Call call) {
    logs.createGroup(call.scope(), group(call.request()));
    return Map.of();
  }

  /**
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
   */
  public Map<String, Object> deleteLogGroup(Call call) {
    logs.deleteGroup(call.scope(), group(call.request()));
    return Map.of();
  }

  /**
   * A group as it is listed.
   *
   * @param brief without what the service leaves out where a pattern is looked for
   */
  private Map<String, Object> description(Scope scope, String group, boolean brief) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("logGroupName", group);
    one.put("creationTime", logs.groupCreated(scope, group).toEpochMilli());
    one.put("arn", scope.logGroupArn(group) + ":*");
    if (!brief) {
      one.put("metricFilterCount", 0);
      one.put("storedBytes", 0);
    }
    return one;
  }

  /** The last group of the page before, which may be gone by now. */
  private static String lastGroup(String token) {
    if (token.startsWith(TOKEN)) {
      return token.substring(TOKEN.length());
    }
    throw invalidToken(token);
  }

  static ServiceError invalidToken(String token) {
    return new ServiceError(
        "InvalidParameterException", "The specified nextToken is invalid: " + token);
  }

  /** The group that a request names, or has the ARN of. */
  static String group(Document request) {
    return request
        .findText("logGroupName")
        .or(() -> request.findText("logGroupIdentifier").map(LogGroupOperations::nameOfArn))
        .orElseThrow(() ->
            new ServiceError(
                "InvalidParameterException", "logGroupName or logGroupIdentifier must be given"));
  }

  private static String nameOfArn(String identifier) {
    int name = identifier.indexOf(":log-group:");
    return name < 0
        ? identifier
        : identifier.substring(name + ":log-group:".length()).replaceFirst(":\\*$", "");
  }
}
