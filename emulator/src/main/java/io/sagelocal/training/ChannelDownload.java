package io.sagelocal.training;

import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.training.ChannelItems.Share;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a host's share of a channel's objects into a folder as files. */
final class ChannelDownload {
  private static final Logger log = LoggerFactory.getLogger(ChannelDownload.class);

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
   * Downloads what belongs to a host.
   *
   * @throws TrainingFailure when the channel holds nothing, or a key cannot be a file in the folder
   */
  void download(Channel channel, Share share, Path folder) throws IOException {
    Files.createDirectories(folder);
    ChannelItems items = new ChannelItems(objects, channel);
    try {
      items.forEach(share, 0, row -> copy(items, row, folder));
    } catch (CancellationException e) {
      log.debug("channel {} is given up: the job stops", channel.name());
    }
  }

  private void copy(ChannelItems items, List<ChannelItem> row, Path folder) throws IOException {
    for (ChannelItem item : row) {
      if (stopped.getAsBoolean()) {
        throw new CancellationException();
      }
      if (item instanceof ChannelItem.Stored object) {
        copy(items, object, fileOf(items, object, folder));
      }
    }
  }

  private static Path fileOf(ChannelItems items, ChannelItem.Stored object, Path folder) {
    try {
      Path file = folder.resolve(object.name()).normalize();
      if (file.startsWith(folder) && !file.equals(folder)) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw badKey(items, object);
    }
    throw badKey(items, object);
  }

  private static TrainingFailure badKey(ChannelItems items, ChannelItem.Stored object) {
    return items.failed(
        "holds key %s, which cannot be a file below the channel's folder"
            .formatted(object.uri().key()));
  }

  private void copy(ChannelItems items, ChannelItem.Stored object, Path file) throws IOException {
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
    } catch (ObjectNotFoundException e) {
      throw items.failed("names %s, which does not exist".formatted(object.uri()));
    } catch (FileAlreadyExistsException e) {
      throw items.failed(
          "holds %s, but another of its objects has the file name %s or the folder in it"
              .formatted(object.uri(), object.name()));
    }
  }
}
