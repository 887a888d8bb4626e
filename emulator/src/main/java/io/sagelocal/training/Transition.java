package io.sagelocal.training;

import java.time.Instant;
import java.util.Optional;

/** A secondary status and when the job had it; the current one has no end. */
public record Transition(String status, String message, Instant start, Optional<Instant> end) {

  Transition endedAt(Instant at) {
    return end.isPresent() ? this : new Transition(status, message, start, Optional.of(at));
  }
}
