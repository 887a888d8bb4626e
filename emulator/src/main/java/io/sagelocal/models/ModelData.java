package io.sagelocal.models;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.S3Uri;
import java.util.List;
import java.util.Optional;

/** Where a container's model is and how it becomes files of {@code /opt/ml/model}. */
public record ModelData(S3Uri source, Form form) {
  private static final List<String> UNSUPPORTED =
      List.of("ManifestS3Uri", "ManifestEtag", "ETag", "ModelAccessConfig", "HubAccessConfig");

  /** What there is at the source. */
  public enum Form {
    /** One object, a tar.gz to unpack. */
    ARCHIVE,
    /** One object, which becomes a file under the last part of its key. */
    FILE,
    /** Every object below a prefix, each a file under the rest of its key. */
    FOLDER,
    /** A prefix of archives, each loaded when an invocation asks for it. */
    MODELS
  }

  static Optional<ModelData> of(String model, Document container) {
    Optional<Document> source =
        container
            .findDocument("ModelDataSource")
            .map(one ->
                one.findDocument("S3DataSource")
                    .orElseThrow(() ->
                        ServiceError.validation(
                            "Model %s: ModelDataSource needs an S3DataSource", model)));
    if (source.isEmpty()) {
      return container
          .findText("ModelDataUrl")
          .filter(url -> !url.isEmpty())
          .map(url -> new ModelData(S3Uri.parse(url), Form.ARCHIVE));
    }
    if (container.has("ModelDataUrl")) {
      throw ServiceError.validation(
          "Model %s has both ModelDataUrl and ModelDataSource; give one of them", model);
    }
    for (String member : UNSUPPORTED) {
      if (source.get().has(member)) {
        throw ServiceError.validation(
            "Model %s: %s of ModelDataSource is not supported by this emulator", model, member);
      }
    }
    S3Uri uri = S3Uri.parse(source.get().text("S3Uri"));
    return Optional.of(new ModelData(uri, form(model, source.get(), uri)));
  }

  private static Form form(String model, Document source, S3Uri uri) {
    boolean prefix = source.text("S3DataType").equals("S3Prefix");
    boolean gzip = source.text("CompressionType").equals("Gzip");
    if (prefix && gzip) {
      throw ServiceError.validation(
          "Model %s: CompressionType Gzip goes with S3DataType S3Object, one tar.gz; a S3Prefix is"
              + " read with CompressionType None",
          model);
    }
    if (prefix && !uri.key().endsWith("/")) {
      throw ServiceError.validation(
          "Model %s: the S3Uri of a S3Prefix must end with / but was: %s", model, uri);
    }
    return gzip ? Form.ARCHIVE : prefix ? Form.FOLDER : Form.FILE;
  }
}
