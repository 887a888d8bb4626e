package io.sagelocal.api.json;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.tags.Tags;
import io.sagelocal.training.TrainingJob;
import io.sagelocal.training.TrainingJobSpec;
import io.sagelocal.training.TrainingJobs;
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
  private final TrainingDescription descriptions;
  private final Tags tags;
  private final Hold hold;

  public TrainingOperations(
      TrainingJobs jobs, TrainingDescription descriptions, Tags tags, Hold hold) {
    this.jobs = jobs;
    this.descriptions = descriptions;
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
    TrainingJob now = jobs.require(call.scope(), name);
    TrainingJob job =
        hold.look(
            call,
            name,
            now,
            !now.ended(),
            patience -> jobs.requireOnceNot(call.scope(), name, now.status(), patience));
    if (job.ended()) {
      hold.forget(call, name);
    }
    return descriptions.whole(call.scope(), job);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html */
  public Map<String, Object> list(Call call) {
    Document request = call.request();
    if (request.has("TrainingPlanArnEquals")) {
      throw ServiceError.validation(
          "TrainingPlanArnEquals is not supported by this emulator, which has no training plans");
    }
    Optional<String> pool = request.findText("WarmPoolStatusEquals");
    List<TrainingJob> all =
        jobs.list(call.scope()).stream()
            .filter(job ->
                pool.isEmpty() || pool.equals(jobs.warmPool(job).map(one -> one.status().word())))
            .toList();
    return LISTING.page(request, all, "TrainingJobSummaries", descriptions::summary);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateTrainingJob.html */
  public Map<String, Object> update(Call call) {
    Document changes = call.request();
    TrainingJob job = jobs.update(call.scope(), changes.text("TrainingJobName"), changes);
    return Map.of("TrainingJobArn", job.arn().toString());
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
}
