package io.sagelocal.transform;

import io.sagelocal.aws.Scope;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The scratch folder of one TransformJob. Nothing in it is named after an object's key: inputs have
 * numbers here.
 */
record TransformFolder(Path root) {

  /** Names that reach this have passed the API model: no slash, no dot. */
  static TransformFolder of(Path jobs, Scope scope, String jobName) {
    return new TransformFolder(
        jobs.resolve(scope.account().digits()).resolve(scope.region().name()).resolve(jobName));
  }

  boolean exists() {
    return Files.exists(root);
  }

  /** The list of inputs. */
  Path inputs() {
    return root.resolve("inputs");
  }

  /** The numbers of the inputs whose output is in S3. */
  Path done() {
    return root.resolve("done");
  }

  /** What the model's container of an instance sees. */
  Path instance(int number) {
    return root.resolve("instance-" + number);
  }

  /** Where an input's output is put together. */
  Path output(InputFile input) {
    return root.resolve("output-" + input.index());
  }

  /** Where an answer waits that is too large to wait in memory. */
  Path answer(InputFile input, long request) {
    return root.resolve("answer-%d-%d".formatted(input.index(), request));
  }
}
