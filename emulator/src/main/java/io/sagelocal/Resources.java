package io.sagelocal;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Scope;
import io.sagelocal.hosting.EndpointConfigs;
import io.sagelocal.hosting.Endpoints;
import io.sagelocal.models.Models;
import io.sagelocal.training.TrainingJobs;
import io.sagelocal.transform.TransformJobs;

/** Every resource there is, by its ARN. */
record Resources(
    TrainingJobs training,
    Models models,
    EndpointConfigs configs,
    Endpoints endpoints,
    TransformJobs transforms) {

  /** Whether there is one of that ARN. */
  boolean has(Arn arn) {
    return has(Scope.of(arn), arn);
  }

  /** Whether there is one of that ARN in an account and region. */
  boolean has(Scope scope, Arn arn) {
    return switch (arn.type()) {
      case "training-job" -> training.list(scope).stream().anyMatch(job -> job.arn().equals(arn));
      case "model" -> models.list(scope).stream().anyMatch(model -> model.arn().equals(arn));
      case "endpoint-config" ->
          configs.list(scope).stream().anyMatch(config -> config.arn().equals(arn));
      case "endpoint" -> endpoints.list(scope).stream().anyMatch(one -> one.arn().equals(arn));
      case "transform-job" ->
          transforms.list(scope).stream().anyMatch(job -> job.arn().equals(arn));
      default -> false;
    };
  }
}
