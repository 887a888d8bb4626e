package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.tags.Tags;
import io.sagelocal.transform.TransformJob;
import io.sagelocal.transform.TransformJobSpec;
import io.sagelocal.transform.TransformJobs;
import java.util.LinkedHashMap;
import java.util.Map;

/** The TransformJob operations. */
public final class TransformOperations {
  private static final Listing<TransformJob> LISTING =
      new Listing<>(job ->
          new Listing.Facts(
              job.spec().name(), job.creationTime(), job.lastModifiedTime(), job.status()));

  private final TransformJobs jobs;
  private final Tags tags;
  private final Hold hold;

  public TransformOperations(TransformJobs jobs, Tags tags, Hold hold) {
    this.jobs = jobs;
    this.tags = tags;
    this.hold = hold;
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html */
  public Map<String, Object> create(Call call) {
    TransformJob job = jobs.create(call.scope(), TransformJobSpec.of(call.request()));
    tags.add(job.arn(), TagOperations.tags(call.request()));
    return Map.of("TransformJobArn", job.arn().toString());
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html */
  public Map<String, Object> describe(Call call) throws InterruptedException {
    String name = call.request().text("TransformJobName");
    TransformJob now = jobs.require(call.scope(), name);
    TransformJob job =
        hold.look(
            call,
            name,
            now,
            !now.ended(),
            patience -> jobs.requireOnceNot(call.scope(), name, now.status(), patience));
    if (job.ended()) {
      hold.forget(call, name);
    }
    return description(job);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTransformJobs.html */
  public Map<String, Object> list(Call call) {
    return LISTING.page(
        call.request(),
        jobs.list(call.scope()),
        "TransformJobSummaries",
        TransformOperations::summary);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTransformJob.html */
  public Map<String, Object> stop(Call call) {
    jobs.stop(call.scope(), call.request().text("TransformJobName"));
    return Map.of();
  }

  private static Map<String, Object> summary(TransformJob job) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("TransformJobName", job.spec().name());
    summary.put("TransformJobArn", job.arn().toString());
    summary.put("CreationTime", job.creationTime());
    job.endTime().ifPresent(at -> summary.put("TransformEndTime", at));
    summary.put("LastModifiedTime", job.lastModifiedTime());
    summary.put("TransformJobStatus", job.status());
    job.failureReason().ifPresent(reason -> summary.put("FailureReason", reason));
    return summary;
  }

  /** The request as it came, and on top what has become of it. */
  private static Map<String, Object> description(TransformJob job) {
    Document request = job.spec().request();
    Map<String, Object> answer = new LinkedHashMap<>(request.members());
    answer.remove("Tags");
    answer.put("TransformJobArn", job.arn().toString());
    answer.put(
        "TransformInput",
        completed(
            request, "TransformInput", Map.of("CompressionType", "None", "SplitType", "None")));
    answer.put(
        "TransformOutput",
        completed(request, "TransformOutput", Map.of("AssembleWith", "None", "KmsKeyId", "")));
    answer.put(
        "DataProcessing",
        completed(
            request,
            "DataProcessing",
            Map.of("InputFilter", "$", "OutputFilter", "$", "JoinSource", "None")));
    answer.put("TransformJobStatus", job.status());
    job.failureReason().ifPresent(reason -> answer.put("FailureReason", reason));
    answer.put("CreationTime", job.creationTime());
    job.transformStart().ifPresent(at -> answer.put("TransformStartTime", at));
    job.endTime().ifPresent(at -> answer.put("TransformEndTime", at));
    return answer;
  }

  /** A member of the request with the defaults of what it leaves out. */
  private static Map<String, Object> completed(
      Document request, String member, Map<String, Object> defaults) {
    Map<String, Object> all = new LinkedHashMap<>(defaults);
    request.findDocument(member).ifPresent(given -> all.putAll(given.members()));
    return all;
  }
}
