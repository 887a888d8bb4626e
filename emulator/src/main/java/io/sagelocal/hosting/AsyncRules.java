package io.sagelocal.hosting;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.S3Uri;
import java.util.List;
import java.util.Optional;

/**
 * An endpoint configuration's AsyncInferenceConfig.
 *
 * @param output where answers go
 * @param failure where errors go; empty for nowhere
 * @param kmsKeyId the key that both shall be encrypted with
 * @param perInstance how many invocations an instance has at a time
 */
record AsyncRules(
    S3Uri output, Optional<S3Uri> failure, Optional<String> kmsKeyId, int perInstance) {
  private static final int DEFAULT_PER_INSTANCE = 4;

  /**
   * Reads it; empty for an endpoint that answers at once.
   *
   * @throws ServiceError a ValidationException when it has no place for answers
   */
  static Optional<AsyncRules> of(Document config) {
    Optional<Document> async = config.findDocument("AsyncInferenceConfig");
    if (async.isEmpty()) {
      return Optional.empty();
    }
    Document output = async.get().document("OutputConfig");
    String place =
        output
            .findText("S3OutputPath")
            .orElseThrow(() ->
                ServiceError.validation(
                    "AsyncInferenceConfig: OutputConfig needs an S3OutputPath in this emulator"));
    int perInstance =
        async
            .get()
            .findDocument("ClientConfig")
            .flatMap(client -> client.findNumber("MaxConcurrentInvocationsPerInstance"))
            .map(Long::intValue)
            .orElse(DEFAULT_PER_INSTANCE);
    return Optional.of(
        new AsyncRules(
            S3Uri.parse(place),
            output.findText("S3FailurePath").map(S3Uri::parse),
            output.findText("KmsKeyId").filter(key -> !key.isEmpty()),
            perInstance));
  }

  /** Refuses an asynchronous configuration of several variants, which the service has not. */
  static void check(Document config, List<ProductionVariant> variants) {
    if (of(config).isPresent() && variants.size() > 1) {
      throw ServiceError.validation(
          "AsyncInferenceConfig goes with one ProductionVariant but there are %d", variants.size());
    }
  }
}
