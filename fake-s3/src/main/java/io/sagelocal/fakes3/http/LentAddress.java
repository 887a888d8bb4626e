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
    if (query == null || !query.contains("X-Amz-Expires")) {
      return;
    }
    Fields parameters = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
    String signed = parameters.getValue("X-Amz-Date");
    String seconds = parameters.getValue("X-Amz-Expires");
    Instant end;
    try {
      end =
          LocalDateTime.parse(String.valueOf(signed), SIGNED_AT)
              .toInstant(ZoneOffset.UTC)
              .plus(Duration.ofSeconds(Long.parseLong(seconds)));
    } catch (DateTimeException | NumberFormatException e) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT,
          "X-Amz-Date must be a time and X-Amz-Expires a number of seconds but were: %s, %s"
              .formatted(signed, seconds));
    }
    if (now.isAfter(end)) {
      throw new StoreException(ErrorCode.ACCESS_DENIED, "Request has expired: it ended at " + end);
    }
  }
}
