package io.sagelocal.transform;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.S3Uri;
import java.util.Optional;

/**
 * Where a job's records come from.
 *
 * @param source a prefix of keys, or a manifest's key
 * @param manifest whether the source is a manifest that lists the objects
 * @param contentType what each request says its body is
 * @param gzip whether the objects are gzip files
 */
record TransformInput(
    S3Uri source, boolean manifest, Optional<String> contentType, boolean gzip, SplitType split) {

  /** How an object is cut into records. */
  enum SplitType {
    /** Not at all: the object is one request. */
    NONE,
    /** At line ends. */
    LINE,
    /** MXNet's record files. */
    RECORD_IO,
    /** TensorFlow's record files. */
    TF_RECORD;

    private static SplitType of(String text) {
      return switch (text) {
        case "Line" -> LINE;
        case "RecordIO" -> RECORD_IO;
        case "TFRecord" -> TF_RECORD;
        default -> NONE;
      };
    }
  }

  static TransformInput of(Document request) {
    Document s3 = request.document("DataSource").document("S3DataSource");
    String type = s3.text("S3DataType");
    if (!type.equals("S3Prefix") && !type.equals("ManifestFile")) {
      throw ServiceError.validation(
          "S3DataType %s of a TransformJob is not supported by this emulator; use S3Prefix or"
              + " ManifestFile",
          type);
    }
    return new TransformInput(
        S3Uri.parse(s3.text("S3Uri")),
        type.equals("ManifestFile"),
        request.findText("ContentType").filter(text -> !text.isEmpty()),
        request.findText("CompressionType").orElse("None").equals("Gzip"),
        SplitType.of(request.findText("SplitType").orElse("None")));
  }
}
