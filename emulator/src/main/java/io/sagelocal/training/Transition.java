package io.sagelocal.training;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A secondary status and when the job had it; the current one has no end. */
public record Transition(String status, String message, Instant start, Optional<Instant> end) {

  /** Closes the last of some transitions and adds this one; the same status again goes on. */
  List<Transition> after(List<Transition> before) {
    List<Transition> all = new ArrayList<>(before);
    if (!all.isEmpty()) {
      Transition last = all.removeLast();
      if (last.status.equals(status)) {
        all.add(end.map(last::endedAt).orElse(last));
        return all;
      }
      all.add(last.endedAt(start));
    }
    all.add(this);
    return all;
  }

  /** The same one, which says something else. */
  Transition saying(String other) {
    return new Transition(status, other, start, end);
  }

  private Transition endedAt(Instant at) {
    return end.isPresent() ? this : new Transition(status, message, start, Optional.of(at));
  }
}
