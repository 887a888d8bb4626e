package io.sagelocal.training;

import io.sagelocal.objects.Downloads;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts objects into a folder as files. */
final class ObjectFiles {
  private final ObjectStore objects;
  private final Path folder;
  private final Function<String, TrainingFailure> failed;
  private @Nullable Path made;

  /**
   * @param failed the failure of whose objects they are, said that it {@code names s3://… which …}
   */
  ObjectFiles(ObjectStore objects, Path folder, Function<String, TrainingFailure> failed) {
    this.objects = objects;
    this.folder = folder;
    this.failed = failed;
  }

  /**
   * Puts one object.
   *
   * @param name the file's path below the folder
   * @throws TrainingFailure when the object is not there or cannot be that file
   */
  Path put(S3Uri object, String name) throws IOException {
    Path file = place(object, name);
    try {
      makeParent(file);
      Optional<Path> local = objects.localFile(object);
      if (local.isPresent()) {
        Files.copy(local.get(), file);
        return file;
      }
      try (InputStream bytes = objects.read(object)) {
        Files.copy(bytes, file);
      }
      return file;
    } catch (ObjectNotFoundException e) {
      throw failed.apply("names %s, which does not exist".formatted(object));
    } catch (FileAlreadyExistsException e) {
      throw failed.apply(
          "holds %s, but another of its objects has the file name %s or the folder in it"
              .formatted(object, name));
    }
  }

  /**
   * Begins to put one object, beside others; failures of those show here as well.
   *
   * @throws TrainingFailure when an object is not there or cannot be its file
   */
  void begin(Downloads downloads, ChannelItem.Stored item)
      throws IOException, InterruptedException {
    Path file = place(item.uri(), item.name());
    try {
      makeParent(file);
      if (item.seen().isPresent()) {
        downloads.add(item.seen().get(), file);
      } else {
        downloads.add(item.uri(), file);
      }
    } catch (ObjectNotFoundException e) {
      throw failed.apply("names %s, which does not exist".formatted(e.uri()));
    } catch (FileAlreadyExistsException e) {
      throw failed.apply(
          "holds %s, but another of its objects has the file name %s or the folder in it"
              .formatted(item.uri(), item.name()));
    }
  }

  /** Waits for all that was begun. */
  void finish(Downloads downloads) throws IOException, InterruptedException {
    try {
      downloads.finish();
    } catch (ObjectNotFoundException e) {
      throw failed.apply("names %s, which does not exist".formatted(e.uri()));
    }
  }

  /** Objects come in order, so that most are in the folder of the one before. */
  private void makeParent(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null && !parent.equals(made)) {
      Files.createDirectories(parent);
      made = parent;
    }
  }

  private Path place(S3Uri object, String name) {
    try {
      Path file = folder.resolve(name).normalize();
      if (file.startsWith(folder) && !file.equals(folder)) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw badKey(object);
    }
    throw badKey(object);
  }

  private TrainingFailure badKey(S3Uri object) {
    return failed.apply(
        "holds key %s, which cannot be a file below its folder".formatted(object.key()));
  }
}
