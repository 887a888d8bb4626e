package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** A presigned address. Its signature is not checked, but what was lent for a time ends with it. */
public final class LentAddress {
  private static final DateTimeFormatter SIGNED_AT =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

  private LentAddress() {}

  /**
   * Lets every request pass that is not one, or whose time is not over.
   *
   * @throws StoreException AccessDenied, or InvalidArgument when the time cannot be read
   */
  public static void requireNotExpired(Request request, Instant now) {
    String query = request.getHttpURI().getQuery();
    if (query == null || !query.contains("Expires=")) {
      return;
    }
    Fields parameters = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
    Instant end = end(parameters);
    if (now.isAfter(end)) {
      throw new StoreException(ErrorCode.ACCESS_DENIED, "Request has expired: it ended at " + end);
    }
  }

  /** The end of its time; of what is none, the end of all times. */
  private static Instant end(Fields parameters) {
    String seconds = parameters.getValue("X-Amz-Expires");
    if (seconds != null) {
      return end(parameters.getValue("X-Amz-Date"), seconds);
    }
    String at = parameters.getValue("Expires");
    return at == null || parameters.getValue("Signature") == null ? Instant.MAX : end(at);
  }

  private static Instant end(@Nullable String signed, String seconds) {
    try {
      return LocalDateTime.parse(String.valueOf(signed), SIGNED_AT)
          .toInstant(ZoneOffset.UTC)
          .plus(Duration.ofSeconds(Long.parseLong(seconds)));
    } catch (DateTimeException | NumberFormatException e) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT,
          "X-Amz-Date must be a time and X-Amz-Expires a number of seconds but were: %s, %s"
              .formatted(signed, seconds));
    }
  }

  /** As signatures of version 2 have it, which boto3 makes for us-east-1 unless told otherwise. */
  private static Instant end(String at) {
    try {
      return Instant.ofEpochSecond(Long.parseLong(at));
    } catch (DateTimeException | NumberFormatException e) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT,
          "Expires must be a number of seconds since 1970 but was: " + at);
    }
  }
}
