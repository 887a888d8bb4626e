package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.Precondition;
import io.sagelocal.fakes3.store.StoreException;
import io.sagelocal.fakes3.store.StoredObject;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;

/** The conditions of requests: If-Match and its kind. */
final class Conditions {
  private Conditions() {}

  /**
   * Checks what a reading asks.
   *
   * @throws StoreException NotModified or PreconditionFailed
   */
  static void checkRead(S3Request request, StoredObject object) {
    check(request, object, "", ErrorCode.NOT_MODIFIED);
  }

  /** Checks what a copy asks of its source. */
  static void checkCopySource(S3Request request, StoredObject source) {
    check(request, source, "x-amz-copy-source-", ErrorCode.PRECONDITION_FAILED);
  }

  private static void check(
      S3Request request, StoredObject object, String prefix, ErrorCode unchanged) {
    Instant modified = object.modified().truncatedTo(ChronoUnit.SECONDS);
    Optional<String> match = request.header(prefix + "If-Match");
    if (match.isPresent()) {
      if (!matches(match.get(), object)) {
        throw failed(prefix + "If-Match");
      }
    } else if (date(request, prefix + "If-Unmodified-Since")
        .filter(modified::isAfter)
        .isPresent()) {
      throw failed(prefix + "If-Unmodified-Since");
    }
    Optional<String> noneMatch = request.header(prefix + "If-None-Match");
    if (noneMatch.isPresent()) {
      if (matches(noneMatch.get(), object)) {
        throw new StoreException(
            unchanged, "At least one of the preconditions failed: If-None-Match");
      }
    } else if (date(request, prefix + "If-Modified-Since")
        .filter(since -> !modified.isAfter(since))
        .isPresent()) {
      throw new StoreException(
          unchanged, "At least one of the preconditions failed: If-Modified-Since");
    }
  }

  /** What a writing asks of the object that is there. */
  static Precondition ofWrite(S3Request request) {
    Optional<String> match = request.header("If-Match");
    Optional<String> noneMatch = request.header("If-None-Match");
    if (match.isEmpty() && noneMatch.isEmpty()) {
      return Precondition.NONE;
    }
    return current -> {
      if (match.isPresent()) {
        if (current.isEmpty()) {
          throw new StoreException(
              ErrorCode.NO_SUCH_KEY,
              "If-Match was given, but there is no such key: " + request.key());
        }
        if (!matches(match.get(), current.get())) {
          throw failed("If-Match");
        }
      }
      if (noneMatch.isPresent() && current.filter(o -> matches(noneMatch.get(), o)).isPresent()) {
        throw failed("If-None-Match");
      }
    };
  }

  private static boolean matches(String header, StoredObject object) {
    return Arrays.stream(header.split(","))
        .map(String::trim)
        .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
        .map(tag -> tag.replace("\"", ""))
        .anyMatch(tag -> tag.equals("*") || tag.equals(object.etag()));
  }

  /** A date that cannot be read is passed over, as HTTP has it. */
  private static Optional<Instant> date(S3Request request, String header) {
    return request
        .header(header)
        .flatMap(text -> {
          try {
            return Optional.of(
                ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
          } catch (DateTimeParseException e) {
            return Optional.empty();
          }
        });
  }

  private static StoreException failed(String header) {
    return new StoreException(
        ErrorCode.PRECONDITION_FAILED,
        "At least one of the pre-conditions you specified did not hold: " + header);
  }
}
