package io.sagelocal.serving;

import io.sagelocal.archive.TarGz;
import io.sagelocal.models.ModelData;
import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Timeline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Puts a model's data into a folder as files, within a time limit. */
final class ModelDownload {
  private final ObjectStore objects;
  private final Timeline timeline;
  private final Duration limit;
  private final Instant deadline;
  private final BooleanSupplier abandoned;

  /** Its time begins now. */
  ModelDownload(ObjectStore objects, Timeline timeline, Duration limit, BooleanSupplier abandoned) {
    this.objects = objects;
    this.timeline = timeline;
    this.limit = limit;
    this.deadline = timeline.now().plus(limit);
    this.abandoned = abandoned;
  }

  /**
   * Downloads into a folder, which is made.
   *
   * @throws ServingFailure when it is not there, cannot be unpacked, or the time is over
   */
  void download(ModelData data, Path folder) throws ServingFailure {
    try {
      Files.createDirectories(folder);
      switch (data.form()) {
        case ARCHIVE -> unpack(data.source(), folder);
        case FILE -> copy(data.source(), file(data.source(), lastPart(data.source()), folder));
        case FOLDER -> copyAll(data.source(), folder);
        case MODELS -> {} // each comes when it is asked for
      }
    } catch (ObjectStoreException e) {
      throw new ServingFailure("The model data could not be read: " + e.getMessage(), e);
    } catch (IOException | UncheckedIOException e) {
      throw failure(data, e);
    }
  }

  private ServingFailure failure(ModelData data, Exception e) {
    if (!(e instanceof InterruptedIOException || e.getCause() instanceof InterruptedIOException)) {
      return new ServingFailure(
          "The model data %s could not be unpacked: %s".formatted(data.source(), e.getMessage()),
          e);
    }
    return abandoned.getAsBoolean()
        ? ServingFailure.abandoned()
        : new ServingFailure(
            "The model data %s was not there within %d seconds; ModelDataDownloadTimeoutInSeconds of the variant may allow more"
                .formatted(data.source(), limit.toSeconds()),
            e);
  }

  private void unpack(S3Uri archive, Path folder) throws IOException {
    try (InputStream bytes = open(archive)) {
      TarGz.unpack(bytes, folder);
    }
  }

  private void copyAll(S3Uri prefix, Path folder) {
    int[] files = {0};
    objects.list(
        prefix,
        object -> {
          if (!object.uri().key().endsWith("/")) {
            copyUnder(prefix, object, folder);
            files[0]++;
          }
        });
    if (files[0] == 0) {
      throw new ObjectNotFoundException(prefix);
    }
  }

  private void copyUnder(S3Uri prefix, ObjectInfo object, Path folder) {
    try {
      String rest = object.uri().key().substring(prefix.key().length());
      copy(object.uri(), file(object.uri(), rest, folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void copy(S3Uri object, Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try (InputStream bytes = open(object)) {
      Files.copy(bytes, file);
    }
  }

  private InputStream open(S3Uri object) throws IOException {
    Optional<Path> local = objects.localFile(object);
    InputStream bytes =
        local.isPresent() ? Files.newInputStream(local.get()) : objects.read(object);
    return new Timed(bytes);
  }

  private static String lastPart(S3Uri object) {
    return object.key().substring(object.key().lastIndexOf('/') + 1);
  }

  private static Path file(S3Uri object, String name, Path folder) throws IOException {
    try {
      Path file = folder.resolve(name).normalize();
      if (file.startsWith(folder) && !file.equals(folder)) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw new IOException("key %s cannot be a file of the model".formatted(object.key()), e);
    }
    throw new IOException("key %s cannot be a file of the model".formatted(object.key()));
  }

  /** Breaks off when the time is over or nobody waits any more. */
  private final class Timed extends FilterInputStream {
    Timed(InputStream bytes) {
      super(bytes);
    }

    @Override
    public int read() throws IOException {
      check();
      return super.read();
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      check();
      return super.read(buffer, from, length);
    }

    private void check() throws InterruptedIOException {
      if (abandoned.getAsBoolean() || timeline.now().isAfter(deadline)) {
        throw new InterruptedIOException();
      }
    }
  }
}
