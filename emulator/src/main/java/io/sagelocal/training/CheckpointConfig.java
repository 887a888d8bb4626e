package io.sagelocal.training;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.S3Uri;
import java.util.Set;

/**
 * Where a job's checkpoints are.
 *
 * @param uri the prefix in S3 below which they are kept
 * @param localPath the folder in which the containers have them
 */
record CheckpointConfig(S3Uri uri, String localPath) {
  static final String DEFAULT_PATH = "/opt/ml/checkpoints";
  private static final Set<String> TAKEN =
      Set.of("/opt/ml", "/opt/ml/input", "/opt/ml/model", "/opt/ml/output");

  static CheckpointConfig of(Document request) {
    String given = request.findText("LocalPath").orElse(DEFAULT_PATH);
    String path = given.replaceFirst("/+$", "");
    if (!path.matches("(/[^/]+)+") || path.matches(".*/\\.\\.?(/.*)?") || TAKEN.contains(path)) {
      throw ServiceError.validation(
          "CheckpointConfig.LocalPath \"%s\" must be an absolute path of a folder of its own, such as %s",
          given, DEFAULT_PATH);
    }
    S3Uri uri = S3Uri.parse(request.text("S3Uri"));
    return new CheckpointConfig(
        uri.key().isEmpty() || uri.key().endsWith("/") ? uri : uri.child(""), path);
  }
}
