package io.sagelocal.hosting;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Scope;
import io.sagelocal.metrics.Datum;
import io.sagelocal.metrics.Metric;
import io.sagelocal.metrics.MetricStore;
import io.sagelocal.state.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * CloudWatch's metrics of invocations:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
 *
 * <p>An invocation only adds to a tally; the tallies are written together, a second after the first
 * of them, and at the end.
 */
public final class InvocationMetrics implements AutoCloseable {
  static final String MICROSECONDS = "Microseconds";
  private static final String NAMESPACE = "AWS/SageMaker";
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int FIRST_CLIENT_ERROR = 400;
  private static final int FIRST_SERVER_ERROR = 500;
  private static final String NO_UNIT = "None";

  private final MetricStore store;
  private final Timeline timeline;
  private final Object writing = new Object();
  private Map<Source, Map<String, Sum>> tallies = new HashMap<>();

  private record Source(Scope scope, String endpoint, String variant) {}

  /** What was told of one metric since it was last written. */
  private static final class Sum {
    final String unit;
    double count;
    double sum;
    double minimum = Double.MAX_VALUE;
    double maximum = -Double.MAX_VALUE;

    Sum(String unit) {
      this.unit = unit;
    }

    void add(double value) {
      count++;
      sum += value;
      minimum = Math.min(minimum, value);
      maximum = Math.max(maximum, value);
    }
  }

  public InvocationMetrics(MetricStore store, Timeline timeline) {
    this.store = store;
    this.timeline = timeline;
  }

  /**
   * Counts an invocation that is answered at once.
   *
   * @param status the container's HTTP status; 0 when it did not answer
   * @param model nanoseconds from sending the request to the beginning of the answer
   * @param overhead nanoseconds of everything else
   */
  void count(Scope scope, String endpoint, String variant, int status, long model, long overhead) {
    boolean failed = status == 0 || status >= FIRST_CLIENT_ERROR;
    tell(
        scope,
        endpoint,
        variant,
        values -> {
          values.add("Invocations", NO_UNIT, 1);
          answered(status, model, values);
          values.add("InvocationModelErrors", NO_UNIT, failed ? 1 : 0);
          values.add(
              "OverheadLatency", MICROSECONDS, (double) TimeUnit.NANOSECONDS.toMicros(overhead));
        });
  }

  /** Takes values of the metrics of a variant. */
  interface Values {
    void add(String metric, String unit, double value);
  }

  /** Counts what is told of one invocation. */
  synchronized void tell(Scope scope, String endpoint, String variant, Consumer<Values> told) {
    Map<String, Sum> tally = tally(scope, endpoint, variant);
    told.accept(
        (metric, unit, value) -> tally.computeIfAbsent(metric, name -> new Sum(unit)).add(value));
  }

  /**
   * How the containers answered, which is told of every invocation that reached them.
   *
   * @param status the last one's HTTP status; 0 when it did not answer
   * @param nanos from sending the request to the beginning of the answer
   */
  static void answered(int status, long nanos, Values values) {
    boolean clientError = status >= FIRST_CLIENT_ERROR && status < FIRST_SERVER_ERROR;
    boolean serverError = status == 0 || status >= FIRST_SERVER_ERROR;
    values.add("Invocation4XXErrors", NO_UNIT, clientError ? 1 : 0);
    values.add("Invocation5XXErrors", NO_UNIT, serverError ? 1 : 0);
    values.add("ModelLatency", MICROSECONDS, (double) TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  /**
   * Drops what is not yet written of these accounts; none of it is being written when this ends.
   */
  public void forget(Predicate<AccountId> accounts) {
    synchronized (writing) {
      synchronized (this) {
        tallies.keySet().removeIf(source -> accounts.test(source.scope().account()));
      }
    }
  }

  private Map<String, Sum> tally(Scope scope, String endpoint, String variant) {
    if (tallies.isEmpty()) {
      timeline.schedule(PAUSE, this::write);
    }
    return tallies.computeIfAbsent(new Source(scope, endpoint, variant), source -> new HashMap<>());
  }

  private void write() {
    synchronized (writing) {
      writeTallies();
    }
  }

  private void writeTallies() {
    Map<Source, Map<String, Sum>> counted;
    synchronized (this) {
      counted = tallies;
      tallies = new HashMap<>();
    }
    Instant now = timeline.now();
    counted.forEach((source, tally) ->
        tally.forEach((name, sum) ->
            store.put(
                source.scope(),
                Metric.of(
                    NAMESPACE,
                    name,
                    Map.of("EndpointName", source.endpoint(), "VariantName", source.variant())),
                "invocations",
                List.of(new Datum(now, sum.count, sum.sum, sum.minimum, sum.maximum, sum.unit)))));
  }

  @Override
  public void close() {
    write();
  }
}
