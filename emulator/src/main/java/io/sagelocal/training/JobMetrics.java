package io.sagelocal.training;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.LogSink;
import io.sagelocal.metrics.Datum;
import io.sagelocal.metrics.Metric;
import io.sagelocal.metrics.MetricDefinition;
import io.sagelocal.metrics.MetricStore;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds a job's metrics in the log of one of its hosts, and keeps them as SageMaker does. */
final class JobMetrics implements LogSink {
  /** SDKs of 2018 look in the second for what later ones find in the first. */
  private static final List<String> NAMESPACES =
      List.of("/aws/sagemaker/TrainingJobs", "/aws/sagemaker/HyperParameterTuningJobs");

  private final MetricStore store;
  private final Scope scope;
  private final TrainingJobSpec spec;
  private final String source;
  private final List<MetricDefinition.Finder> finders;

  private JobMetrics(MetricStore store, Scope scope, TrainingJobSpec spec, String source) {
    this.store = store;
    this.scope = scope;
    this.spec = spec;
    this.source = source;
    this.finders = spec.metricDefinitions().stream().map(MetricDefinition::finder).toList();
  }

  /**
   * Begins to read a log from its first line.
   *
   * @param source the log's name; what it told before, up to a crash, is forgotten
   */
  static JobMetrics reading(MetricStore store, Scope scope, TrainingJobSpec spec, String source) {
    for (MetricDefinition definition : spec.metricDefinitions()) {
      for (String namespace : NAMESPACES) {
        store.forget(scope, metric(namespace, spec, definition.name()), source);
      }
    }
    return new JobMetrics(store, scope, spec, source);
  }

  /** The last value of each metric that has any; not those of an earlier job of that name. */
  static Map<String, Datum> last(MetricStore store, Scope scope, TrainingJob job) {
    Map<String, Datum> last = new LinkedHashMap<>();
    for (MetricDefinition definition : job.spec().metricDefinitions()) {
      store
          .last(scope, metric(NAMESPACES.getFirst(), job.spec(), definition.name()))
          .filter(datum -> !datum.at().isBefore(job.creationTime()))
          .ifPresent(datum -> last.put(definition.name(), datum));
    }
    return last;
  }

  @Override
  public void line(Instant at, String text) {
    for (MetricDefinition.Finder definition : finders) {
      List<Datum> data =
          definition.values(text).stream().map(value -> Datum.of(at, value)).toList();
      if (!data.isEmpty()) {
        for (String namespace : NAMESPACES) {
          store.put(scope, metric(namespace, spec, definition.name()), source, data);
        }
      }
    }
  }

  private static Metric metric(String namespace, TrainingJobSpec spec, String name) {
    return Metric.of(namespace, name, Map.of("TrainingJobName", spec.name()));
  }
}
