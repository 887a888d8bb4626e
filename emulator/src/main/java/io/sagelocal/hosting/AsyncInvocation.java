package io.sagelocal.hosting;

import io.sagelocal.objects.S3Uri;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An invocation that is answered to S3.
 *
 * @param id unique among all of them
 * @param inferenceId the caller's own name for it, else the id
 * @param headers what the container is told besides the body
 * @param output where the answer goes
 * @param failure where an error goes; empty for nowhere
 * @param kmsKeyId the key that both shall be encrypted with
 * @param accepted when it was accepted
 * @param expires when it is no longer begun
 * @param patience how long the container may take
 */
public record AsyncInvocation(
    String id,
    String endpoint,
    String inferenceId,
    AsyncInput input,
    Map<String, String> headers,
    S3Uri output,
    Optional<S3Uri> failure,
    Optional<String> kmsKeyId,
    Instant accepted,
    Instant expires,
    Duration patience) {

  public AsyncInvocation {
    headers = Map.copyOf(headers);
  }
}
