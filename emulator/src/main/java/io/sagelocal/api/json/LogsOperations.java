package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.logs.FilterPattern;
import io.sagelocal.logs.LogEvent;
import io.sagelocal.logs.LogPage;
import io.sagelocal.logs.LogStore;
import io.sagelocal.logs.LogStream;
import io.sagelocal.logs.StreamSummary;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** CloudWatch Logs' operations on streams and their events; its times are epoch milliseconds. */
public final class LogsOperations {
  private static final int MAX_EVENTS = 10_000;
  private static final int STREAMS_PAGE = 50;

  private final LogStore logs;

  public LogsOperations(LogStore logs) {
    this.logs = logs;
  }

  /**
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
   */
  public Map<String, Object> describeLogStreams(Call call) {
    Document request = call.request();
    String group = LogGroupOperations.group(request);
    List<StreamSummary> streams =
        new ArrayList<>(
            logs.streams(call.scope(), group, request.findText("logStreamNamePrefix").orElse("")));
    if (request.findText("orderBy").orElse("").equals("LastEventTime")) {
      streams.sort(Comparator.comparing(stream -> stream.lastEvent().orElse(Instant.EPOCH)));
    }
    List<StreamSummary> ordered = request.flag("descending") ? streams.reversed() : streams;
    List<Map<String, Object>> shown =
        ordered.stream().map(stream -> description(call.scope(), group, stream)).toList();
    return page(request, shown);
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
  public Map<String, Object> getLogEvents(Call call) {
    Document request = call.request();
    LogStream stream =
        logs.require(
            call.scope(), LogGroupOperations.group(request), request.text("logStreamName"));
    int limit = limit(request);
    Predicate<LogEvent> wanted = since(request).and(before(request));
    Optional<String> token = request.findText("nextToken");
    LogPage page;
    if (token.isPresent()) {
      long position = position(token.get());
      page =
          token.get().startsWith("b/")
              ? stream.backward(position, limit, wanted)
              : stream.forward(position, limit, wanted);
    } else if (request.flag("startFromHead")) {
      page = stream.forward(0, limit, wanted);
    } else {
      page = stream.backward(stream.end(), limit, wanted);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("events", page.events().stream().map(LogsOperations::event).toList());
    answer.put("nextForwardToken", "f/" + page.end());
    answer.put("nextBackwardToken", "b/" + page.begin());
    return answer;
  }

  /**
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
   */
  public Map<String, Object> filterLogEvents(Call call) {
    Document request = call.request();
    String group = LogGroupOperations.group(request);
    List<String> names = filteredStreams(call, group);
    Predicate<LogEvent> wanted =
        since(request)
            .and(through(request))
            .and(FilterPattern.parse(request.findText("filterPattern").orElse(""))::matches);
    int limit = limit(request);
    FilterPosition from = FilterPosition.parse(request.findText("nextToken"));
    List<Map<String, Object>> events = new ArrayList<>();
    Map<String, Object> answer = new LinkedHashMap<>();
    for (String name : names) {
      if (name.compareTo(from.stream()) < 0) {
        continue;
      }
      LogStream stream = logs.require(call.scope(), group, name);
      long begin = name.equals(from.stream()) ? from.position() : 0;
      LogPage page = stream.forward(begin, limit - events.size(), wanted);
      page.events().forEach(event -> events.add(filtered(name, event)));
      if (page.end() < stream.end() || events.size() >= limit) {
        answer.put("nextToken", new FilterPosition(name, page.end()).token());
        break;
      }
    }
    answer.put("events", events);
    answer.put("searchedLogStreams", List.of());
    return answer;
  }

  /**
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
   */
  public Map<String, Object> createLogStream(Call call) {
    Document request = call.request();
    logs.createStream(
        call.scope(), LogGroupOperations.group(request), request.text("logStreamName"));
    return Map.of();
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
  public Map<String, Object> putLogEvents(Call call) {
    Document request = call.request();
    LogStream stream =
        logs.require(
            call.scope(), LogGroupOperations.group(request), request.text("logStreamName"));
    stream.appendAll(
        request.documents("logEvents").stream()
            .map(event -> new LogStream.Line(time(event, "timestamp"), event.text("message")))
            .toList());
    return Map.of("nextSequenceToken", String.valueOf(stream.end()));
  }

  private List<String> filteredStreams(Call call, String group) {
    List<String> named = call.request().texts("logStreamNames");
    String prefix = call.request().findText("logStreamNamePrefix").orElse("");
    return logs.streams(call.scope(), group, prefix).stream()
        .map(StreamSummary::name)
        .filter(name -> named.isEmpty() || named.contains(name))
        .toList();
  }

  private static Map<String, Object> description(Scope scope, String group, StreamSummary stream) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("logStreamName", stream.name());
    one.put("creationTime", stream.created().toEpochMilli());
    stream.firstEvent().ifPresent(at -> one.put("firstEventTimestamp", at.toEpochMilli()));
    stream.lastEvent().ifPresent(at -> one.put("lastEventTimestamp", at.toEpochMilli()));
    stream.lastIngestion().ifPresent(at -> one.put("lastIngestionTime", at.toEpochMilli()));
    one.put("uploadSequenceToken", String.valueOf(stream.storedBytes()));
    one.put("arn", scope.logGroupArn(group) + ":log-stream:" + stream.name());
    one.put("storedBytes", stream.storedBytes());
    return one;
  }

  /** A page of streams; without nextToken when it is the last, or old SDKs ask for ever. */
  private static Map<String, Object> page(Document request, List<Map<String, Object>> all) {
    int begin = request.findText("nextToken").map(token -> (int) position(token)).orElse(0);
    int size = request.findNumber("limit").map(Long::intValue).orElse(STREAMS_PAGE);
    int end = Math.min(Math.max(begin, 0) + size, all.size());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("logStreams", all.subList(Math.min(begin, end), end));
    if (end < all.size()) {
      answer.put("nextToken", "f/" + end);
    }
    return answer;
  }

  private static long position(String token) {
    if (token.matches("[fb]/[0-9]{1,18}")) {
      return Long.parseLong(token.substring(2));
    }
    throw LogGroupOperations.invalidToken(token);
  }

  private static Predicate<LogEvent> since(Document request) {
    long start = request.findNumber("startTime").orElse(Long.MIN_VALUE);
    return event -> event.at().toEpochMilli() >= start;
  }

  private static Predicate<LogEvent> before(Document request) {
    Optional<Long> end = request.findNumber("endTime");
    return event -> end.map(to -> event.at().toEpochMilli() < to).orElse(true);
  }

  private static Predicate<LogEvent> through(Document request) {
    long end = request.findNumber("endTime").orElse(Long.MAX_VALUE);
    return event -> event.at().toEpochMilli() <= end;
  }

  private static Map<String, Object> event(LogEvent event) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("timestamp", event.at().toEpochMilli());
    one.put("message", event.message());
    one.put("ingestionTime", event.ingested().toEpochMilli());
    return one;
  }

  /**
   * With an id that the event has in every answer: clients that follow a log tell by it what is
   * new.
   */
  private static Map<String, Object> filtered(String stream, LogEvent event) {
    Map<String, Object> one = event(event);
    one.put("logStreamName", stream);
    UUID streamId = UUID.nameUUIDFromBytes(stream.getBytes(StandardCharsets.UTF_8));
    one.put("eventId", streamId + "-" + event.position());
    return one;
  }

  private static int limit(Document request) {
    return request.findNumber("limit").map(Long::intValue).orElse(MAX_EVENTS);
  }

  private static Instant time(Document event, String member) {
    return Instant.ofEpochMilli(event.number(member));
  }
}
