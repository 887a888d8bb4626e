package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;

/** The HTTP status of each refusal. */
final class Statuses {
  private Statuses() {}

  static int of(ErrorCode code) {
    return switch (code) {
      case NOT_MODIFIED -> 304;
      case BAD_DIGEST,
          ENTITY_TOO_LARGE,
          ENTITY_TOO_SMALL,
          INCOMPLETE_BODY,
          INVALID_ARGUMENT,
          INVALID_BUCKET_NAME,
          INVALID_DIGEST,
          INVALID_PART,
          INVALID_PART_ORDER,
          INVALID_REQUEST,
          INVALID_TAG,
          KEY_TOO_LONG,
          MALFORMED_XML ->
          400;
      case ACCESS_DENIED -> 403;
      case NO_SUCH_BUCKET,
          NO_SUCH_BUCKET_POLICY,
          NO_SUCH_CORS,
          NO_SUCH_ENCRYPTION,
          NO_SUCH_KEY,
          NO_SUCH_LIFECYCLE,
          NO_SUCH_OBJECT_LOCK,
          NO_SUCH_OWNERSHIP_CONTROLS,
          NO_SUCH_PUBLIC_ACCESS_BLOCK,
          NO_SUCH_REPLICATION,
          NO_SUCH_TAG_SET,
          NO_SUCH_UPLOAD,
          NO_SUCH_VERSION,
          NO_SUCH_WEBSITE ->
          404;
      case METHOD_NOT_ALLOWED -> 405;
      case BUCKET_ALREADY_OWNED_BY_YOU, BUCKET_NOT_EMPTY -> 409;
      case PRECONDITION_FAILED -> 412;
      case INVALID_RANGE -> 416;
      case INTERNAL_ERROR -> 500;
      case NOT_IMPLEMENTED -> 501;
    };
  }
}
