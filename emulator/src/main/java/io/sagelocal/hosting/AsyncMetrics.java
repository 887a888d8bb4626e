package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * CloudWatch's metrics of invocations that are answered to S3, which are others than of those
 * answered at once: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
 */
final class AsyncMetrics {
  private static final int FIRST_CLIENT_ERROR = 400;
  private static final int FIRST_SERVER_ERROR = 500;
  private static final String COUNT = "Count";
  private static final String MICROSECONDS = "Microseconds";
  private static final String MILLISECONDS = "Milliseconds";
  private static final String NO_UNIT = "None";

  private final InvocationMetrics metrics;
  private final InvocationRouting routing;

  AsyncMetrics(InvocationMetrics metrics, InvocationRouting routing) {
    this.metrics = metrics;
    this.routing = routing;
  }

  /**
   * Tells of an invocation that is over; nothing when its endpoint went before an instance took it.
   */
  void tell(Scope scope, AsyncInvocation invocation, AsyncCourse course, Instant end) {
    Optional<String> variant =
        course
            .taken()
            .map(AsyncCourse.Taken::variant)
            .or(() -> routing.asyncVariant(scope, invocation.endpoint()));
    variant.ifPresent(name ->
        tell(
            invocation,
            course,
            end,
            (metric, unit, value) ->
                metrics.add(scope, invocation.endpoint(), name, metric, unit, value)));
  }

  /** Takes one value of a metric of the variant. */
  private interface Sink {
    void add(String metric, String unit, double value);
  }

  private static void tell(AsyncInvocation invocation, AsyncCourse course, Instant end, Sink sink) {
    if (course.expired()) {
      sink.add("ExpiredRequests", COUNT, 1);
    }
    if (course.failed()) {
      sink.add("InvocationFailures", COUNT, 1);
    }
    course
        .taken()
        .ifPresent(taken -> {
          sink.add("InvocationsProcessed", COUNT, 1);
          Duration waited = between(invocation.accepted(), taken.at());
          sink.add("TimeInBacklog", MICROSECONDS, (double) TimeUnit.MICROSECONDS.convert(waited));
          sink.add(
              "TotalProcessingTime",
              MILLISECONDS,
              (double) between(invocation.accepted(), end).toMillis());
        });
    course.model().ifPresent(model -> tell(model, sink));
  }

  private static void tell(AsyncCourse.ModelAnswer model, Sink sink) {
    int status = model.status();
    boolean clientError = status >= FIRST_CLIENT_ERROR && status < FIRST_SERVER_ERROR;
    boolean serverError = status == 0 || status >= FIRST_SERVER_ERROR;
    sink.add("Invocation4XXErrors", NO_UNIT, clientError ? 1 : 0);
    sink.add("Invocation5XXErrors", NO_UNIT, serverError ? 1 : 0);
    sink.add("ModelLatency", MICROSECONDS, (double) TimeUnit.NANOSECONDS.toMicros(model.nanos()));
  }

  /** The clock may have been set back between the two, which may be of two runs of the emulator. */
  private static Duration between(Instant from, Instant to) {
    return to.isBefore(from) ? Duration.ZERO : Duration.between(from, to);
  }
}
