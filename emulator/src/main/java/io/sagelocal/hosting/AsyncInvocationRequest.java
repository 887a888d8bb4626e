package io.sagelocal.hosting;

import io.sagelocal.objects.S3Uri;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What the caller of InvokeEndpointAsync asks for.
 *
 * @param inferenceId the caller's own name for it
 * @param headers what the container is told besides the body
 * @param pathExtension where the answer goes below the endpoint's S3OutputPath
 * @param filename what the answer is called there
 * @param waits how long it may wait for its turn
 * @param patience how long the container may take
 */
public record AsyncInvocationRequest(
    AsyncInput input,
    Optional<String> inferenceId,
    Map<String, String> headers,
    Optional<String> pathExtension,
    Optional<String> filename,
    Duration waits,
    Duration patience) {

  public AsyncInvocationRequest {
    headers = Map.copyOf(headers);
  }

  /** Where the answer goes: the extension's own slashes make no empty folder. */
  S3Uri output(S3Uri outputPath, String id) {
    S3Uri folder =
        pathExtension
            .map(extension -> extension.replaceAll("^/+|/+$", ""))
            .filter(extension -> !extension.isEmpty())
            .map(outputPath::child)
            .orElse(outputPath);
    return folder.child(filename.orElse(id + ".out"));
  }
}
