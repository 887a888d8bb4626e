package io.sagelocal.faults;

import io.sagelocal.aws.AccountId;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Something that shall go wrong. An absent account, endpoint or job means any. */
public sealed interface Fault {
  /** Whose calls, jobs or endpoints it meets; empty for everybody's. */
  Optional<AccountId> account();

  /** An operation answers an error and does nothing. */
  record Refusal(Optional<AccountId> account, String operation, String code, String message)
      implements Fault {}

  /**
   * An invocation is answered late, or with a status in the model's place.
   *
   * @param delay how long it waits first
   * @param status 0 for the model's own answer
   */
  record Invocation(
      Optional<AccountId> account,
      Optional<String> endpoint,
      Duration delay,
      int status,
      String body)
      implements Fault {}

  /** A job gets no instances: it fails with a CapacityError. */
  record NoCapacity(Optional<AccountId> account, Optional<String> job) implements Fault {}

  /** A host of a job is killed. */
  record HostDeath(Optional<AccountId> account, Optional<String> job, String host, Moment moment)
      implements Fault {}

  /** A job loses its instances, as managed spot training does, and begins again. */
  record Interruption(Optional<AccountId> account, Optional<String> job, Moment moment)
      implements Fault {}

  /**
   * When it happens to a host.
   *
   * @param after how long after its container has started, or after the line
   * @param logged a line of its log in which this is found; empty for the start of its container
   */
  record Moment(Duration after, Optional<Pattern> logged) {}
}
