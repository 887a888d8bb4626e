package io.sagelocal.training;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.S3Uri;
import java.util.Optional;

/**
 * A named input of a TrainingJob, which its containers see at {@code /opt/ml/input/data/<name>}.
 *
 * @param source the prefix whose objects are its files
 * @param distribution {@code FullyReplicated} or {@code ShardedByS3Key}
 */
record Channel(
    String name,
    S3Uri source,
    String distribution,
    Optional<String> contentType,
    String inputMode,
    String recordWrapper) {

  static Channel of(Document request, String jobInputMode) {
    String name = request.text("ChannelName");
    Document s3 =
        request
            .document("DataSource")
            .findDocument("S3DataSource")
            .orElseThrow(() ->
                ServiceError.validation(
                    "Channel %s has no S3DataSource; it is the only DataSource this emulator reads",
                    name));
    require(name, "S3DataType", s3.text("S3DataType"), "S3Prefix");
    String inputMode = request.findText("InputMode").orElse(jobInputMode);
    require(name, "InputMode", inputMode, "File");
    String compression = request.findText("CompressionType").orElse("None");
    require(name, "CompressionType", compression, "None");
    String wrapper = request.findText("RecordWrapperType").orElse("None");
    require(name, "RecordWrapperType", wrapper, "None");
    return new Channel(
        name,
        S3Uri.parse(s3.text("S3Uri")),
        s3.findText("S3DataDistributionType").orElse("FullyReplicated"),
        request.findText("ContentType"),
        inputMode,
        wrapper);
  }

  private static void require(String channel, String member, String given, String allowed) {
    if (!given.equals(allowed)) {
      throw ServiceError.validation(
          "%s %s of channel %s is not supported by this emulator; use %s",
          member, given, channel, allowed);
    }
  }
}
