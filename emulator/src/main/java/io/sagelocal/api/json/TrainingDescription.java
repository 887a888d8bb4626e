package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.metrics.Datum;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.training.TrainingJob;
import io.sagelocal.training.TrainingJobs;
import io.sagelocal.training.TrainingState.Ended;
import io.sagelocal.training.TrainingState.Outcome;
import io.sagelocal.training.WarmPool;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** TrainingJobs in the API's words. */
public final class TrainingDescription {
  private final TrainingJobs jobs;

  public TrainingDescription(TrainingJobs jobs) {
    this.jobs = jobs;
  }

  /** A line of a list. */
  Map<String, Object> summary(TrainingJob job) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("TrainingJobName", job.spec().name());
    summary.put("TrainingJobArn", job.arn().toString());
    summary.put("CreationTime", job.creationTime());
    job.endTime().ifPresent(at -> summary.put("TrainingEndTime", at));
    summary.put("LastModifiedTime", job.lastModifiedTime());
    summary.put("TrainingJobStatus", job.status());
    summary.put("SecondaryStatus", job.secondaryStatus());
    jobs.warmPool(job).ifPresent(pool -> summary.put("WarmPoolStatus", warmPool(pool)));
    return summary;
  }

  /** The request as it came, and on top what has become of it. */
  Map<String, Object> whole(Scope scope, TrainingJob job) {
    Map<String, Object> answer = new LinkedHashMap<>(job.spec().request().members());
    answer.remove("Tags");
    answer.put("TrainingJobArn", job.arn().toString());
    answer.put("OutputDataConfig", outputDataConfig(job.spec().request()));
    answer.putIfAbsent(
        "StoppingCondition", Map.of("MaxRuntimeInSeconds", job.spec().maxRuntime().toSeconds()));
    answer.putIfAbsent("HyperParameters", Map.of());
    answer.putIfAbsent("InputDataConfig", List.of());
    answer.putIfAbsent("EnableNetworkIsolation", false);
    answer.putIfAbsent("EnableInterContainerTrafficEncryption", false);
    answer.putIfAbsent("EnableManagedSpotTraining", false);
    answer.put("ProfilingStatus", profiling(job.spec().request()));
    answer.put("TrainingJobStatus", job.status());
    answer.put("SecondaryStatus", job.secondaryStatus());
    answer.put("CreationTime", job.creationTime());
    answer.put("LastModifiedTime", job.lastModifiedTime());
    times(job, answer);
    answer.put("SecondaryStatusTransitions", transitions(job));
    jobs.warmPool(job).ifPresent(pool -> answer.put("WarmPoolStatus", warmPool(pool)));
    List<Map<String, Object>> metrics = metrics(jobs.lastMetrics(scope, job));
    if (!metrics.isEmpty()) {
      answer.put("FinalMetricDataList", metrics);
    }
    if (job.state() instanceof Ended ended) {
      ended
          .artifacts()
          .map(TrainingDescription::artifacts)
          .ifPresent(a -> answer.put("ModelArtifacts", a));
      if (ended.outcome() instanceof Outcome.Failed failed) {
        answer.put("FailureReason", failed.reason());
      }
    }
    return answer;
  }

  /** SDKs index KmsKeyId, so it is always there. */
  private static Map<String, Object> outputDataConfig(Document request) {
    Map<String, Object> config =
        new LinkedHashMap<>(request.document("OutputDataConfig").members());
    config.putIfAbsent("KmsKeyId", "");
    return config;
  }

  private static String profiling(Document request) {
    return request
            .findDocument("ProfilerConfig")
            .filter(config -> !config.flag("DisableProfiler"))
            .isPresent()
        ? "Enabled"
        : "Disabled";
  }

  private static Map<String, Object> artifacts(S3Uri model) {
    return Map.of("S3ModelArtifacts", model.toString());
  }

  private static Map<String, Object> warmPool(WarmPool pool) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("Status", pool.status().word());
    if (pool.status() != WarmPool.Status.IN_USE) {
      answer.put("ResourceRetainedBillableTimeInSeconds", pool.retained().toSeconds());
    }
    pool.reusedBy().ifPresent(job -> answer.put("ReusedByJob", job));
    return answer;
  }

  private static void times(TrainingJob job, Map<String, Object> answer) {
    Optional<Instant> start = job.trainingStart();
    Optional<Instant> end = job.endTime();
    start.ifPresent(at -> answer.put("TrainingStartTime", at));
    end.ifPresent(at -> answer.put("TrainingEndTime", at));
    if (start.isPresent() && end.isPresent()) {
      long seconds = Math.max(1, Duration.between(start.get(), end.get()).toSeconds());
      answer.put("TrainingTimeInSeconds", seconds);
      answer.put("BillableTimeInSeconds", seconds);
    }
  }

  private static List<Map<String, Object>> metrics(Map<String, Datum> last) {
    return last.entrySet().stream()
        .map(each ->
            Map.<String, Object>of(
                "MetricName", each.getKey(),
                "Value", each.getValue().average(),
                "Timestamp", each.getValue().at()))
        .toList();
  }

  private static List<Map<String, Object>> transitions(TrainingJob job) {
    return job.transitions().stream()
        .map(transition -> {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("Status", transition.status());
          one.put("StartTime", transition.start());
          transition.end().ifPresent(at -> one.put("EndTime", at));
          one.put("StatusMessage", transition.message());
          return one;
        })
        .toList();
  }
}
