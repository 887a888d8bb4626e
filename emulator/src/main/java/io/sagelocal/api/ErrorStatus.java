package io.sagelocal.api;

import java.util.Map;

/** The HTTP status of each error code: the only place that knows. */
public final class ErrorStatus {
  private static final int BAD_REQUEST = 400;
  private static final Map<String, Integer> OTHERS =
      Map.of(
          "InternalFailure", 500,
          "ServiceUnavailable", 503,
          "AccessDenied", 403,
          "ModelError", 424);

  private ErrorStatus() {}

  /** Most errors are the caller's. */
  public static int of(String code) {
    return OTHERS.getOrDefault(code, BAD_REQUEST);
  }
}
