package io.sagelocal.api.admin;

import io.sagelocal.aws.AccountId;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The fields of a request; what is asked for once is known, and the rest is refused by name. */
final class Fields {
  private final Map<String, Object> body;
  private final Set<String> known = new HashSet<>();

  Fields(Map<String, Object> body) {
    this.body = body;
  }

  Optional<String> text(String name) {
    known.add(name);
    Object value = body.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof String text) {
      return Optional.of(text);
    }
    throw new IllegalArgumentException("%s must be a text but was: %s".formatted(name, value));
  }

  String required(String name) {
    return text(name).orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
  }

  int number(String name, int fallback, int least, int most) {
    known.add(name);
    Object value = body.getOrDefault(name, fallback);
    if (value instanceof Integer number && number >= least && number <= most) {
      return number;
    }
    throw new IllegalArgumentException(
        "%s must be a whole number from %d to %d but was: %s".formatted(name, least, most, value));
  }

  Optional<AccountId> account() {
    return text("account").map(AccountId::new);
  }

  /**
   * Ends the reading.
   *
   * @throws IllegalArgumentException naming the fields that nobody asked for
   */
  void refuseOthers() {
    Set<String> others = new TreeSet<>(body.keySet());
    others.removeAll(known);
    if (!others.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown: %s; there are %s".formatted(others, new TreeSet<>(known)));
    }
  }
}
