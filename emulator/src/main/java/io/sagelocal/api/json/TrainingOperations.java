package io.sagelocal.api.json;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.metrics.Datum;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.tags.Tags;
import io.sagelocal.training.TrainingJob;
import io.sagelocal.training.TrainingJobSpec;
import io.sagelocal.training.TrainingJobs;
import io.sagelocal.training.TrainingState.Ended;
import io.sagelocal.training.TrainingState.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The TrainingJob operations. */
public final class TrainingOperations {
  private static final Listing<TrainingJob> LISTING =
      new Listing<>(job ->
          new Listing.Facts(
              job.spec().name(), job.creationTime(), job.lastModifiedTime(), job.status()));

  private final TrainingJobs jobs;
  private final Tags tags;
  private final Hold hold;

  public TrainingOperations(TrainingJobs jobs, Tags tags, Hold hold) {
    this.jobs = jobs;
    this.tags = tags;
    this.hold = hold;
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html */
  public Map<String, Object> create(Call call) {
    TrainingJob job = jobs.create(call.scope(), TrainingJobSpec.of(call.request()));
    tags.add(job.arn(), TagOperations.tags(call.request()));
    return Map.of("TrainingJobArn", job.arn().toString());
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html */
  public Map<String, Object> describe(Call call) throws InterruptedException {
    String name = call.request().text("TrainingJobName");
    TrainingJob job = jobs.require(call.scope(), name);
    if (!job.ended()) {
      Duration patience = hold.patience(call, name);
      if (!patience.isZero()) {
        job = jobs.requireOnceNot(call.scope(), name, job.status(), patience);
      }
    }
    if (job.ended()) {
      hold.forget(call, name);
    }
    return description(call.scope(), job);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html */
  public Map<String, Object> list(Call call) {
    return LISTING.page(
        call.request(),
        jobs.list(call.scope()),
        "TrainingJobSummaries",
        TrainingOperations::summary);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html */
  public Map<String, Object> stop(Call call) {
    jobs.stop(call.scope(), call.request().text("TrainingJobName"));
    return Map.of();
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteTrainingJob.html */
  public Map<String, Object> delete(Call call) throws InterruptedException {
    String name = call.request().text("TrainingJobName");
    Arn arn = jobs.require(call.scope(), name).arn();
    jobs.delete(call.scope(), name);
    tags.forget(arn);
    return Map.of();
  }

  private static Map<String, Object> summary(TrainingJob job) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("TrainingJobName", job.spec().name());
    summary.put("TrainingJobArn", job.arn().toString());
    summary.put("CreationTime", job.creationTime());
    job.endTime().ifPresent(at -> summary.put("TrainingEndTime", at));
    summary.put("LastModifiedTime", job.lastModifiedTime());
    summary.put("TrainingJobStatus", job.status());
    summary.put("SecondaryStatus", job.secondaryStatus());
    return summary;
  }

  /** The request as it came, and on top what has become of it. */
  private Map<String, Object> description(Scope scope, TrainingJob job) {
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
    answer.put("TrainingJobStatus", job.status());
    answer.put("SecondaryStatus", job.secondaryStatus());
    answer.put("CreationTime", job.creationTime());
    answer.put("LastModifiedTime", job.lastModifiedTime());
    times(job, answer);
    answer.put("SecondaryStatusTransitions", transitions(job));
    List<Map<String, Object>> metrics = metrics(jobs.lastMetrics(scope, job));
    if (!metrics.isEmpty()) {
      answer.put("FinalMetricDataList", metrics);
    }
    if (job.state() instanceof Ended ended) {
      ended
          .artifacts()
          .map(TrainingOperations::artifacts)
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

  private static Map<String, Object> artifacts(S3Uri model) {
    return Map.of("S3ModelArtifacts", model.toString());
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
