package io.sagelocal.training;

import io.sagelocal.archive.TarGz;
import io.sagelocal.objects.KeyRefusedException;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a job's hosts left to S3, of all of them together; doing it again is harmless. What
 * S3 does not take is kept on this disk.
 */
final class Artifacts {
  private static final Logger log = LoggerFactory.getLogger(Artifacts.class);
  private final ObjectStore objects;
  private final TrainingJobSpec spec;
  private final JobFolder folder;

  Artifacts(ObjectStore objects, TrainingJobSpec spec, JobFolder folder) {
    this.objects = objects.encryptingWhereItCan(spec.outputKey());
    this.spec = spec;
    this.folder = folder;
  }

  /**
   * Writes the model, also of empty folders.
   *
   * @return where it is: {@code model.tar.gz}, or the prefix of its files
   * @throws TrainingFailure when S3 does not take it, saying where it is kept
   */
  S3Uri uploadModel() throws IOException {
    return upload("model", folders(folder::model));
  }

  /**
   * Writes the output data when there is any.
   *
   * @throws TrainingFailure when S3 does not take it, saying where it is kept
   */
  void uploadOutput() throws IOException {
    List<Path> data = folders(folder::outputData);
    for (Path each : data) {
      if (!isEmpty(each)) {
        upload("output", data);
        return;
      }
    }
  }

  private S3Uri upload(String what, List<Path> data) throws IOException {
    S3Uri output = spec.outputPath().child(spec.name()).child("output");
    try {
      return spec.compressed()
          ? uploadArchive(output.child(what + ".tar.gz"), data)
          : uploadFiles(output.child(what), data);
    } catch (ObjectNotFoundException e) {
      throw kept(
          TrainingFailure::client,
          "OutputDataConfig.S3OutputPath names bucket %s, which does not exist"
              .formatted(output.bucket()));
    } catch (KeyRefusedException e) {
      throw kept(
          TrainingFailure::client,
          "OutputDataConfig.KmsKeyId %s is no key of this store: %s"
              .formatted(spec.outputKey().orElse(""), e.getMessage()));
    } catch (ObjectStoreException e) {
      throw kept(TrainingFailure::internal, String.valueOf(e.getMessage()));
    }
  }

  /** The archive is never on this disk: it is made while it is written. */
  private S3Uri uploadArchive(S3Uri target, List<Path> data) throws IOException {
    objects.write(target, out -> TarGz.pack(data, out));
    return target;
  }

  private S3Uri uploadFiles(S3Uri target, List<Path> data) throws IOException {
    if (!objects.hasBucket(target.bucket())) {
      throw new ObjectNotFoundException(target); // told for a model without a file too
    }
    for (Path each : data.reversed()) { // what several have is the first one's, as in an archive
      for (Path file : FolderFiles.in(each)) {
        objects.write(target.child(each.relativize(file).toString()), file);
      }
    }
    return target;
  }

  /** Keeps all there is, as the job's folder does not outlive the job. */
  private TrainingFailure kept(Function<String, TrainingFailure> whose, String why)
      throws IOException {
    Path place = folder.unsaved();
    Files.createDirectories(place);
    TarGz.pack(folders(folder::model), place.resolve("model.tar.gz"));
    TarGz.pack(folders(folder::outputData), place.resolve("output.tar.gz"));
    log.warn("{}: {}. What the job made is kept in {}", spec.name(), why, place);
    return whose.apply(
        "Artifact upload failed: %s. What the job made is kept in %s".formatted(why, place));
  }

  private List<Path> folders(Function<String, Path> ofHost) {
    return spec.hosts().stream().map(ofHost).filter(Files::isDirectory).toList();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }
}
