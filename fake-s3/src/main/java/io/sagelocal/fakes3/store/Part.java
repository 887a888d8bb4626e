package io.sagelocal.fakes3.store;

import java.time.Instant;
import java.util.Optional;

/** A part of a multipart upload. */
public record Part(
    int number, Instant modified, Content content, Optional<ObjectChecksum> checksum) {

  /** A part as a client names it when it completes an upload. */
  public record Named(int number, String etag) {}
}
