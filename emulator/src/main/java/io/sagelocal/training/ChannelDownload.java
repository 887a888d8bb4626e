package io.sagelocal.training;

import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Puts the objects of a channel into a folder as files. */
final class ChannelDownload {
  private final ObjectStore objects;
  private final BooleanSupplier stopped;

  /**
   * @param stopped asked before each object, so that a stop need not wait for the whole channel
   */
  ChannelDownload(ObjectStore objects, BooleanSupplier stopped) {
    this.objects = objects;
    this.stopped = stopped;
  }

  /**
   * Downloads every object under the channel's prefix.
   *
   * @throws TrainingFailure when there is none, or a key cannot be a file in the folder
   */
  void download(Channel channel, Path folder) throws IOException {
    Files.createDirectories(folder);
    int[] files = {0};
    try {
      objects.list(
          channel.source(),
          object -> {
            if (!stopped.getAsBoolean() && !object.uri().key().endsWith("/")) {
              copy(object, fileOf(channel, object.uri(), folder));
              files[0]++;
            }
          });
    } catch (ObjectNotFoundException e) {
      throw notThere(channel, "its bucket " + channel.source().bucket() + " does not exist");
    } catch (UncheckedIOException e) {
      throw new IOException(
          "channel %s cannot be written: %s".formatted(channel.name(), e.getMessage()), e);
    }
    if (files[0] == 0 && !stopped.getAsBoolean()) {
      throw notThere(channel, "no object has that prefix");
    }
  }

  private static TrainingFailure notThere(Channel channel, String why) {
    return TrainingFailure.client(
        "Data download failed: channel %s reads %s, but %s"
            .formatted(channel.name(), channel.source(), why));
  }

  private static Path fileOf(Channel channel, S3Uri object, Path folder) {
    String name = object.below(channel.source());
    try {
      Path file = folder.resolve(name).normalize();
      if (file.startsWith(folder) && !file.equals(folder)) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw badKey(channel, object);
    }
    throw badKey(channel, object);
  }

  private static TrainingFailure badKey(Channel channel, S3Uri object) {
    return TrainingFailure.client(
        "Data download failed: channel %s: key %s cannot be a file below the channel's folder"
            .formatted(channel.name(), object.key()));
  }

  private void copy(ObjectInfo object, Path file) {
    try {
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Optional<Path> local = objects.localFile(object.uri());
      if (local.isPresent()) {
        Files.copy(local.get(), file);
        return;
      }
      try (InputStream bytes = objects.read(object.uri())) {
        Files.copy(bytes, file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(object.uri() + ": " + e.getMessage(), e);
    }
  }
}
