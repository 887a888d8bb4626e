package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import io.sagelocal.hosting.InvocationMetrics.Values;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * CloudWatch's metrics of invocations that are answered to S3, which are others than of those
 * answered at once: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
 */
final class AsyncMetrics {
  private static final String COUNT = "Count";
  private static final String MILLISECONDS = "Milliseconds";

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
        metrics.tell(
            scope, invocation.endpoint(), name, values -> tell(invocation, course, end, values)));
  }

  private static void tell(
      AsyncInvocation invocation, AsyncCourse course, Instant end, Values values) {
    if (course.expired()) {
      values.add("ExpiredRequests", COUNT, 1);
    }
    if (course.failed()) {
      values.add("InvocationFailures", COUNT, 1);
    }
    course
        .taken()
        .ifPresent(taken -> {
          values.add("InvocationsProcessed", COUNT, 1);
          Duration waited = between(invocation.accepted(), taken.at());
          values.add(
              "TimeInBacklog",
              InvocationMetrics.MICROSECONDS,
              (double) TimeUnit.MICROSECONDS.convert(waited));
          values.add(
              "TotalProcessingTime",
              MILLISECONDS,
              (double) between(invocation.accepted(), end).toMillis());
        });
    course
        .model()
        .ifPresent(model -> InvocationMetrics.answered(model.status(), model.nanos(), values));
  }

  /** The clock may have been set back between the two, which may be of two runs of the emulator. */
  private static Duration between(Instant from, Instant to) {
    return to.isBefore(from) ? Duration.ZERO : Duration.between(from, to);
  }
}
