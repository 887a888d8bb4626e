package io.sagelocal.api.json;

import io.sagelocal.aws.Scope;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long a Describe of something unfinished may wait for its status to change. SDKs poll slowly,
 * so an answer that waits reaches them sooner; but the first look at a job stays short, so that its
 * log shows. Our own commands show what there is: they never wait.
 *
 * @param longest for clients that say nothing; zero turns waiting off
 */
public record Hold(Duration longest, Set<Looked> seen) {
  private static final String PATIENT_CLIENT = "AWS-SageMaker-Python-SDK";
  private static final String OWN_COMMAND = "sagelocal/";
  private static final Duration FIRST = Duration.ofSeconds(15);

  /** Somebody looked at this resource. */
  record Looked(Scope scope, String name) {}

  public Hold(Duration longest) {
    this(longest, ConcurrentHashMap.newKeySet());
  }

  /** Waits for another status, no longer than the patience, and answers what there is then. */
  @FunctionalInterface
  interface Waiting<R> {
    R await(Duration patience) throws InterruptedException;
  }

  /**
   * The resource that a Describe shows: as it is or, while it is under way, as it is after a wait.
   */
  <R> R look(Call call, String name, R now, boolean underWay, Waiting<R> waiting)
      throws InterruptedException {
    Duration patience = underWay ? patience(call, name) : Duration.ZERO;
    return patience.isZero() ? now : waiting.await(patience);
  }

  /**
   * How long this call waits; the SDK for Python reads for 60 s, the others may give up after 30.
   */
  private Duration patience(Call call, String name) {
    if (call.userAgent().startsWith(OWN_COMMAND)) {
      return Duration.ZERO;
    }
    boolean first = seen.add(new Looked(call.scope(), name));
    Duration most = call.userAgent().contains(PATIENT_CLIENT) ? longest.multipliedBy(2) : longest;
    return first && FIRST.compareTo(most) < 0 ? FIRST : most;
  }

  /** The resource has ended; nobody waits for it again. */
  void forget(Call call, String name) {
    seen.remove(new Looked(call.scope(), name));
  }
}
