package io.sagelocal.training;

import io.sagelocal.aws.Scope;
import io.sagelocal.logs.LogStream;
import io.sagelocal.training.RunningHosts.HostLog;
import java.time.Instant;

/** The logs of a job's hosts: a stream for each host and attempt. */
final class HostLogs {
  private final TrainingContext context;
  private final Scope scope;
  private final TrainingJobSpec spec;
  private final Instant attempt;

  HostLogs(TrainingContext context, Scope scope, TrainingJobSpec spec, Instant attempt) {
    this.context = context;
    this.scope = scope;
    this.spec = spec;
    this.attempt = attempt;
  }

  LogStream stream(String host) {
    return context.logs().open(scope, TrainingJobs.LOG_GROUP, name(host));
  }

  /** Where what a host prints from its first line on is kept, and looked through for metrics. */
  HostLog fromTheStart(String host) {
    return new HostLog(
        stream(host), JobMetrics.reading(context.metrics(), scope, spec, name(host)));
  }

  private String name(String host) {
    return "%s/%s-%d".formatted(spec.name(), host, attempt.toEpochMilli());
  }
}
