package io.sagelocal.transform;

import io.sagelocal.aws.Document;
import io.sagelocal.objects.S3Uri;
import java.util.Optional;

/**
 * Where a job's answers go.
 *
 * @param path the prefix of every output's key
 * @param accept what each request wants its answer to be
 * @param lines whether each answer gets a line of its own
 * @param kmsKeyId the key that outputs shall be encrypted with
 */
record TransformOutput(
    S3Uri path, Optional<String> accept, boolean lines, Optional<String> kmsKeyId) {

  static TransformOutput of(Document request) {
    return new TransformOutput(
        S3Uri.parse(request.text("S3OutputPath")),
        request.findText("Accept").filter(text -> !text.isEmpty()),
        request.findText("AssembleWith").orElse("None").equals("Line"),
        request.findText("KmsKeyId").filter(text -> !text.isEmpty()));
  }

  /** The key of an input's output. */
  S3Uri of(InputFile input) {
    return path.child(input.name() + ".out");
  }
}
