package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Times of requests: epoch seconds in JSON and CBOR, texts in forms and from some clients. */
final class RequestTime {
  private static final double MILLIS = 1000;

  private RequestTime() {}

  static Instant require(Document request, String member) {
    return find(request, member)
        .orElseThrow(() -> ServiceError.validation("%s must be given", member));
  }

  static Optional<Instant> find(Document request, String member) {
    Object value = request.members().get(member);
    if (value instanceof Number seconds) {
      return Optional.of(Instant.ofEpochMilli(Math.round(seconds.doubleValue() * MILLIS)));
    }
    return value == null ? Optional.empty() : Optional.of(parse(member, value.toString()));
  }

  private static Instant parse(String member, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw ServiceError.validation("%s \"%s\" is not a time", member, text);
    }
  }
}
