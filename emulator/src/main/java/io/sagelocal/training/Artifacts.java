package io.sagelocal.training;

import io.sagelocal.archive.TarGz;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Packs what a job's containers left and writes it to S3; doing it again is harmless. */
final class Artifacts {
  private final ObjectStore objects;

  Artifacts(ObjectStore objects) {
    this.objects = objects;
  }

  /** Writes {@code model.tar.gz}, also of an empty folder, and answers where it is. */
  S3Uri uploadModel(TrainingJobSpec spec, JobFolder folder) throws IOException {
    return upload(
        folder.model(mainHost(spec)), folder.archive("model.tar.gz"), target(spec, "model"));
  }

  /** Writes {@code output.tar.gz} when the output data folder holds anything. */
  Optional<S3Uri> uploadOutput(TrainingJobSpec spec, JobFolder folder) throws IOException {
    Path data = folder.outputData(mainHost(spec));
    if (isEmpty(data)) {
      return Optional.empty();
    }
    return Optional.of(upload(data, folder.archive("output.tar.gz"), target(spec, "output")));
  }

  private S3Uri upload(Path data, Path archive, S3Uri target) throws IOException {
    TarGz.pack(data, archive);
    try {
      objects.write(target, archive);
    } catch (ObjectNotFoundException e) {
      throw TrainingFailure.client(
          "Artifact upload failed: OutputDataConfig.S3OutputPath names bucket %s, which does not exist"
              .formatted(target.bucket()));
    }
    Files.delete(archive);
    return target;
  }

  private static S3Uri target(TrainingJobSpec spec, String what) {
    return spec.outputPath().child(spec.name()).child("output").child(what + ".tar.gz");
  }

  private static String mainHost(TrainingJobSpec spec) {
    return spec.hosts().getFirst();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return true;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }
}
