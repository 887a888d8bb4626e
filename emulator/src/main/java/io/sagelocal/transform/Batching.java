package io.sagelocal.transform;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.Optional;

/**
 * How records go into requests, as far as the job's creator said; the container may say the rest.
 *
 * @param maxConcurrent requests at a time for one instance
 * @param maxPayloadMegabytes most that a request holds; 0 for no limit
 * @param singleRecord whether each record is a request of its own
 */
record Batching(
    Optional<Integer> maxConcurrent,
    Optional<Integer> maxPayloadMegabytes,
    Optional<Boolean> singleRecord) {
  static final int MAX_MEGABYTES = 100;
  private static final String SINGLE = "SingleRecord";

  static Batching of(Document request) {
    Optional<Integer> concurrent = number(request, "MaxConcurrentTransforms").filter(n -> n > 0);
    Optional<Integer> payload = number(request, "MaxPayloadInMB");
    if (payload.orElse(0) > MAX_MEGABYTES) {
      throw ServiceError.validation(
          "MaxPayloadInMB %d is more than %d", payload.orElseThrow(), MAX_MEGABYTES);
    }
    if ((long) concurrent.orElse(1) * payload.orElse(1) > MAX_MEGABYTES) {
      throw ServiceError.validation(
          "MaxConcurrentTransforms %d times MaxPayloadInMB %d is more than %d",
          concurrent.orElse(1), payload.orElse(1), MAX_MEGABYTES);
    }
    return new Batching(concurrent, payload, request.findText("BatchStrategy").map(SINGLE::equals));
  }

  private static Optional<Integer> number(Document request, String name) {
    return request.findNumber(name).map(Math::toIntExact);
  }
}
