package io.sagelocal.training;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.training.WarmPool.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which jobs have a warm pool that a later one may take over. Only these are looked at when a job
 * is created, however many are on record.
 */
final class WarmPools {
  private static final Optional<Status> AVAILABLE = Optional.of(Status.AVAILABLE);
  private static final Set<Status> OVER = EnumSet.of(Status.REUSED, Status.TERMINATED);

  private final TrainingContext context;
  private final Set<Owner> owners = ConcurrentHashMap.newKeySet();

  private record Owner(Scope scope, String job) {}

  WarmPools(TrainingContext context) {
    this.context = context;
  }

  /** Looks at a job from now on, if it asked for a pool. */
  void add(Scope scope, TrainingJob job) {
    if (job.spec().keepAlive().isPresent()) {
      owners.add(new Owner(scope, job.spec().name()));
    }
  }

  /** Moves the pool that has been there for longest, of those that match, to a new job. */
  void moveTo(Scope scope, TrainingJobSpec next) {
    for (TrainingJob job : available(scope)) {
      if (matches(job.spec().request(), next.request()) && move(scope, job, next.name())) {
        return;
      }
    }
  }

  /** Those of one scope; what none will ever be again is forgotten. */
  private List<TrainingJob> available(Scope scope) {
    Instant now = context.timeline().now();
    List<TrainingJob> available = new ArrayList<>();
    owners.removeIf(owner -> {
      Optional<TrainingJob> job = context.records().find(owner.scope(), owner.job());
      Optional<Status> status = job.flatMap(one -> WarmPool.of(one, now)).map(WarmPool::status);
      if (status.equals(AVAILABLE) && owner.scope().equals(scope)) {
        available.add(job.orElseThrow());
      }
      return status.isEmpty() || OVER.contains(status.get());
    });
    available.sort(Comparator.comparing(job -> job.endTime().orElseThrow()));
    return available;
  }

  /** Answers false when another job was quicker, or the pool's time is over. */
  private boolean move(Scope scope, TrainingJob from, String to) {
    Instant now = context.timeline().now();
    return context
        .records()
        .update(
            scope,
            from.spec().name(),
            job ->
                WarmPool.of(job, now).map(WarmPool::status).equals(AVAILABLE)
                    ? job.reusedBy(to, now)
                    : job)
        .flatMap(TrainingJob::reuse)
        .filter(reuse -> reuse.job().equals(to))
        .isPresent();
  }

  /** Whether a request is one for the same instances. */
  private static boolean matches(Document before, Document next) {
    return before.text("RoleArn").equals(next.text("RoleArn"))
        && instances(before).equals(instances(next))
        && Objects.equals(before.members().get("VpcConfig"), next.members().get("VpcConfig"))
        && isSame("EnableNetworkIsolation", before, next)
        && isSame("EnableInterContainerTrafficEncryption", before, next);
  }

  private static boolean isSame(String flag, Document before, Document next) {
    return before.flag(flag) == next.flag(flag);
  }

  /** How long they are kept afterwards may differ. */
  private static Map<String, Object> instances(Document request) {
    Map<String, Object> instances = new HashMap<>(request.document("ResourceConfig").members());
    instances.remove("KeepAlivePeriodInSeconds");
    return instances;
  }
}
