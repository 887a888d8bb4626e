package io.sagelocal.transform;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.InstanceType;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.transform.TransformInput.SplitType;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a TransformJob shall do, as its creator asked.
 *
 * @param request the CreateTransformJob request as it came, with the members nothing here reads
 * @param processing what is filtered and joined, if anything is
 * @param environment on top of the model's own
 * @param invocationTimeout the longest that one request may take
 * @param invocationRetries how often a request that failed is sent again
 */
public record TransformJobSpec(
    Document request,
    String name,
    String modelName,
    Map<String, String> environment,
    TransformInput input,
    TransformOutput output,
    Optional<DataProcessing> processing,
    Batching batching,
    Duration invocationTimeout,
    int invocationRetries,
    InstanceType instanceType,
    int instanceCount) {
  private static final long DEFAULT_TIMEOUT_SECONDS = 600;
  private static final long DEFAULT_RETRIES = 3;

  public TransformJobSpec {
    environment = Map.copyOf(environment);
  }

  /**
   * Reads a request that the API model has passed.
   *
   * @throws ServiceError a ValidationException for what this emulator cannot do
   */
  public static TransformJobSpec of(Document request) {
    if (request.has("DataCaptureConfig")) {
      throw ServiceError.validation("DataCaptureConfig is not supported by this emulator");
    }
    TransformInput input = TransformInput.of(request.document("TransformInput"));
    Batching batching = Batching.of(request);
    TransformOutput output = TransformOutput.of(request.document("TransformOutput"));
    Optional<DataProcessing> processing = DataProcessing.of(request, input, output);
    requireLimit(input, processing, batching);
    Document client =
        request.findDocument("ModelClientConfig").orElseGet(() -> new Document(Map.of()));
    Document resources = request.document("TransformResources");
    return new TransformJobSpec(
        request,
        request.text("TransformJobName"),
        request.text("ModelName"),
        request.textMap("Environment"),
        input,
        output,
        processing,
        batching,
        Duration.ofSeconds(
            client.findNumber("InvocationsTimeoutInSeconds").orElse(DEFAULT_TIMEOUT_SECONDS)),
        client.findNumber("InvocationsMaxRetries").orElse(DEFAULT_RETRIES).intValue(),
        new InstanceType(resources.text("InstanceType")),
        Math.toIntExact(resources.number("InstanceCount")));
  }

  /** Where the output of an input goes. */
  S3Uri target(InputFile input) {
    return output.of(input);
  }

  private static void requireLimit(
      TransformInput input, Optional<DataProcessing> processing, Batching batching) {
    boolean unlimited = batching.maxPayloadMegabytes().filter(n -> n == 0).isPresent();
    if (unlimited && isHeld(input, processing)) {
      throw ServiceError.validation(
          "MaxPayloadInMB 0, no limit, goes with SplitType None and no DataProcessing only: records"
              + " are put together up to the limit");
    }
  }

  /** Whether its requests are put together in memory; those of whole objects are streamed. */
  boolean isHeld() {
    return isHeld(input, processing);
  }

  private static boolean isHeld(TransformInput input, Optional<DataProcessing> processing) {
    return input.split() != SplitType.NONE || processing.isPresent();
  }
}
