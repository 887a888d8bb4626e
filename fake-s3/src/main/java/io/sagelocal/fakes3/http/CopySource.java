package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.StoreException;
import java.util.Optional;

/** The object that a copy reads, as {@code x-amz-copy-source} names it. */
record CopySource(String bucket, String key, Optional<String> version) {

  static CopySource of(S3Request request) {
    String header = request.header("x-amz-copy-source").orElse("");
    int query = header.indexOf("?versionId=");
    String place = S3Request.decoded(query < 0 ? header : header.substring(0, query));
    String path = place.startsWith("/") ? place.substring(1) : place;
    int slash = path.indexOf('/');
    if (slash <= 0 || slash == path.length() - 1) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT, "x-amz-copy-source must be /bucket/key but was: " + header);
    }
    return new CopySource(
        path.substring(0, slash),
        path.substring(slash + 1),
        query < 0
            ? Optional.empty()
            : Optional.of(header.substring(query + "?versionId=".length())));
  }
}
