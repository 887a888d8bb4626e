package io.sagelocal.training;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.training.WarmPool.Status;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an UpdateTrainingJob changes of a job. */
final class TrainingJobUpdate {
  private static final List<String> WHILE_IT_RUNS =
      List.of("ProfilerConfig", "ProfilerRuleConfigurations", "RemoteDebugConfig");

  private TrainingJobUpdate() {}

  static TrainingJob of(TrainingJob job, Document changes, Instant now) {
    Map<String, Object> request = new LinkedHashMap<>(job.spec().request().members());
    for (String member : WHILE_IT_RUNS) {
      if (changes.has(member)) {
        requireRunning(job, member);
        request.put(member, changed(member, request, changes));
      }
    }
    if (changes.has("ResourceConfig")) {
      requireWarmPool(job, now);
      request.put("ResourceConfig", changed("ResourceConfig", request, changes));
    }
    return job.updated(TrainingJobSpec.of(new Document(request)), now);
  }

  /** The members of a structure that are given replace those that are there; a list is replaced. */
  private static Object changed(String member, Map<String, Object> request, Document changes) {
    if (changes.members().get(member) instanceof List<?> list) {
      return list;
    }
    Map<String, Object> merged = new LinkedHashMap<>();
    new Document(request).findDocument(member).ifPresent(before -> merged.putAll(before.members()));
    merged.putAll(changes.document(member).members());
    return merged;
  }

  private static void requireRunning(TrainingJob job, String member) {
    if (job.ended()) {
      throw ServiceError.validation(
          "%s of training job %s cannot be updated: the job is in status %s",
          member, job.spec().name(), job.status());
    }
  }

  private static void requireWarmPool(TrainingJob job, Instant now) {
    String pool =
        WarmPool.of(job, now).map(one -> "in status " + one.status().word()).orElse("none");
    if (job.ended() && !pool.equals("in status " + Status.AVAILABLE.word())) {
      throw ServiceError.validation(
          "ResourceConfig.KeepAlivePeriodInSeconds of training job %s cannot be updated: its warm pool is %s",
          job.spec().name(), pool);
    }
  }
}
