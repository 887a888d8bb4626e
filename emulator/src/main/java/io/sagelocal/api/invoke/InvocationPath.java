package io.sagelocal.api.invoke;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** {@code /endpoints/NAME/invocations} and its two relatives. */
record InvocationPath(String endpoint, Kind kind) {
  private static final String PREFIX = "/endpoints/";

  /** How the answer comes. */
  enum Kind {
    /** As it is. */
    PLAIN("invocations"),
    /** As events. */
    STREAMED("invocations-response-stream"),
    /** To S3, later. */
    ASYNC("async-invocations");

    private final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  static Optional<InvocationPath> parse(String path) {
    int slash = path.indexOf('/', PREFIX.length());
    if (!path.startsWith(PREFIX) || slash <= PREFIX.length()) {
      return Optional.empty();
    }
    String name = path.substring(PREFIX.length(), slash);
    String word = path.substring(slash + 1);
    for (Kind kind : Kind.values()) {
      if (kind.word.equals(word)) {
        return Optional.of(
            new InvocationPath(URLDecoder.decode(name, StandardCharsets.UTF_8), kind));
      }
    }
    return Optional.empty();
  }
}
