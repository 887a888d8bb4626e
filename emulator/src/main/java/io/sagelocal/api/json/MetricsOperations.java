package io.sagelocal.api.json;

import com.google.errorprone.annotations.FormatMethod;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.metrics.Datum;
import io.sagelocal.metrics.Metric;
import io.sagelocal.metrics.MetricStore;
import io.sagelocal.state.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The CloudWatch operations that read and write metrics. */
public final class MetricsOperations {
  private static final int METRICS_PAGE = 500;
  private static final int MAX_DATAPOINTS = 100_800;
  private static final int MAX_STATISTICS = 1_440;
  private static final Duration RECENTLY = Duration.ofHours(3);
  private static final long MINUTE = 60;

  private final MetricStore metrics;
  private final Timeline timeline;

  public MetricsOperations(MetricStore metrics, Timeline timeline) {
    this.metrics = metrics;
    this.timeline = timeline;
  }

  /**
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
   */
  public Map<String, Object> getMetricStatistics(Call call) {
    Document request = call.request();
    List<String> statistics = request.texts("Statistics");
    if (request.has("ExtendedStatistics")) {
      throw invalid(
          "ExtendedStatistics %s are not supported by this emulator; use Statistics",
          request.texts("ExtendedStatistics"));
    }
    if (statistics.isEmpty()) {
      throw new ServiceError(
          "InvalidParameterCombination",
          "At least one of the parameters Statistics and ExtendedStatistics must be specified.");
    }
    Span span = Span.of(request, request.number("Period"));
    if (span.periods() > MAX_STATISTICS) {
      throw new ServiceError(
          "InvalidParameterCombination",
          "You have requested up to %d datapoints, which exceeds the limit of %d. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
              .formatted(span.periods(), MAX_STATISTICS));
    }
    Metric metric = metric(request.text("Namespace"), request);
    List<Map<String, Object>> points =
        read(call.scope(), metric, span, request.findText("Unit")).stream()
            .map(datum -> {
              Map<String, Object> point = new LinkedHashMap<>();
              point.put("Timestamp", datum.at());
              statistics.forEach(each -> point.put(each, statistic(datum, each)));
              point.put("Unit", datum.unit());
              return point;
            })
            .toList();
    return Map.of("Label", metric.name(), "Datapoints", points);
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
  public Map<String, Object> getMetricData(Call call) {
    Document request = call.request();
    boolean ascending = request.findText("ScanBy").orElse("").equals("TimestampAscending");
    long skip = request.findText("NextToken").map(MetricsOperations::position).orElse(0L);
    long room = request.findNumber("MaxDatapoints").orElse((long) MAX_DATAPOINTS);
    long seen = 0;
    boolean more = false;
    List<Map<String, Object>> results = new ArrayList<>();
    for (Document query : request.documents("MetricDataQueries")) {
      List<Datum> all = data(call.scope(), request, query);
      List<Datum> ordered = ascending ? all : all.reversed();
      int from = Math.clamp(skip - seen, 0, all.size());
      int to = Math.clamp(skip + room - seen, 0, all.size());
      more |= to < all.size();
      seen += all.size();
      if (!Boolean.FALSE.equals(query.members().get("ReturnData"))) {
        results.add(result(query, ordered.subList(from, to), to < all.size()));
      }
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("MetricDataResults", results);
    answer.put("Messages", List.of());
    if (more) {
      answer.put("NextToken", token(skip + room));
    }
    return answer;
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
  public Map<String, Object> listMetrics(Call call) {
    Document request = call.request();
    List<Metric> wanted =
        metrics.list(call.scope()).stream().filter(each -> wants(call, each)).toList();
    int begin =
        (int)
            Math.min(
                request.findText("NextToken").map(MetricsOperations::position).orElse(0L),
                wanted.size());
    int end = Math.min(begin + METRICS_PAGE, wanted.size());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(
        "Metrics",
        wanted.subList(begin, end).stream().map(MetricsOperations::description).toList());
    if (end < wanted.size()) {
      answer.put("NextToken", token(end));
    }
    return answer;
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
  public Map<String, Object> putMetricData(Call call) {
    Document request = call.request();
    String namespace = request.text("Namespace");
    List<Document> given = new ArrayList<>(request.documents("MetricData"));
    request
        .documents("EntityMetricData")
        .forEach(entity -> given.addAll(entity.documents("MetricData")));
    Map<Metric, List<Datum>> data = new LinkedHashMap<>(); // all are read before one is kept
    for (Document one : given) {
      data.computeIfAbsent(metric(namespace, one), metric -> new ArrayList<>())
          .addAll(MetricDatumReader.read(one, timeline.now()));
    }
    data.forEach((metric, values) -> metrics.put(call.scope(), metric, values));
    return Map.of();
  }

  private List<Datum> data(Scope scope, Document request, Document query) {
    Document stat =
        query
            .findDocument("MetricStat")
            .orElseThrow(() ->
                invalid(
                    "Query %s has no MetricStat; an Expression is not supported by this emulator",
                    query.text("Id")));
    statistic(Datum.of(Instant.EPOCH, 0), stat.text("Stat"));
    Document metric = stat.document("Metric");
    return read(
        scope,
        metric(metric.findText("Namespace").orElse(""), metric),
        Span.of(request, stat.number("Period")),
        stat.findText("Unit"));
  }

  private static Map<String, Object> result(Document query, List<Datum> data, boolean more) {
    Document stat = query.document("MetricStat");
    String name = stat.document("Metric").findText("MetricName").orElse("");
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("Id", query.text("Id"));
    result.put("Label", query.findText("Label").orElse(name));
    result.put("Timestamps", data.stream().map(Datum::at).toList());
    result.put("Values", data.stream().map(datum -> statistic(datum, stat.text("Stat"))).toList());
    result.put("StatusCode", more ? "PartialData" : "Complete");
    return result;
  }

  private List<Datum> read(Scope scope, Metric metric, Span span, Optional<String> unit) {
    return metrics.statistics(scope, metric, span.from(), span.to(), span.period(), unit);
  }

  private boolean wants(Call call, Metric metric) {
    Document request = call.request();
    return request.findText("Namespace").map(metric.namespace()::equals).orElse(true)
        && request.findText("MetricName").map(metric.name()::equals).orElse(true)
        && request.documents("Dimensions").stream().allMatch(filter -> has(metric, filter))
        && (!request.has("RecentlyActive")
            || metrics
                .last(call.scope(), metric)
                .filter(datum -> datum.at().isAfter(timeline.now().minus(RECENTLY)))
                .isPresent());
  }

  private static boolean has(Metric metric, Document filter) {
    String value = metric.dimensions().get(filter.text("Name"));
    return value != null && filter.findText("Value").map(value::equals).orElse(true);
  }

  private static Map<String, Object> description(Metric metric) {
    return Map.of(
        "Namespace",
        metric.namespace(),
        "MetricName",
        metric.name(),
        "Dimensions",
        metric.dimensions().entrySet().stream()
            .map(each -> Map.<String, Object>of("Name", each.getKey(), "Value", each.getValue()))
            .toList());
  }

  private static Metric metric(String namespace, Document named) {
    Map<String, String> dimensions = new LinkedHashMap<>();
    named
        .documents("Dimensions")
        .forEach(each -> dimensions.put(each.text("Name"), each.text("Value")));
    return Metric.of(namespace, named.findText("MetricName").orElse(""), dimensions);
  }

  private static double statistic(Datum datum, String name) {
    return switch (name) {
      case "SampleCount" -> datum.count();
      case "Average" -> datum.average();
      case "Sum" -> datum.sum();
      case "Minimum" -> datum.minimum();
      case "Maximum" -> datum.maximum();
      default ->
          throw invalid(
              "Statistic %s is not supported by this emulator; use SampleCount, Average, Sum, Minimum or Maximum",
              name);
    };
  }

  private static String token(long position) {
    return "p/" + position;
  }

  private static long position(String token) {
    if (token.matches("p/[0-9]{1,9}")) {
      return Long.parseLong(token.substring(2));
    }
    throw invalid("NextToken \"%s\" is not of this list", token);
  }

  @FormatMethod
  static ServiceError invalid(String message, @Nullable Object... values) {
    return new ServiceError("InvalidParameterValue", message.formatted(values));
  }

  /** A time range cut into periods; it begins with the minute, as CloudWatch has it. */
  private record Span(Instant from, Instant to, Duration period) {
    static Span of(Document request, long period) {
      if (period % MINUTE != 0 && !List.of(1L, 5L, 10L, 20L, 30L).contains(period)) {
        throw invalid("Period must be 1, 5, 10, 20, 30 or a multiple of 60 but was: %s", period);
      }
      Instant from = RequestTime.require(request, "StartTime");
      Instant to = RequestTime.require(request, "EndTime");
      if (!from.isBefore(to)) {
        throw invalid("The parameter StartTime must be less than the parameter EndTime.");
      }
      long grain = Math.min(period, MINUTE);
      Instant begin = Instant.ofEpochSecond(Math.floorDiv(from.getEpochSecond(), grain) * grain);
      return new Span(begin, to, Duration.ofSeconds(period));
    }

    long periods() {
      return Duration.between(from, to).plus(period).minusNanos(1).dividedBy(period);
    }
  }
}
