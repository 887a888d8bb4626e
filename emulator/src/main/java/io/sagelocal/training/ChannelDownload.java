package io.sagelocal.training;

import io.sagelocal.objects.Downloads;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.training.ChannelItems.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a host's share of a channel's objects into a folder as files. */
final class ChannelDownload {
  private static final Logger log = LoggerFactory.getLogger(ChannelDownload.class);

  private final ObjectStore objects;
  private final boolean unchanging;
  private final CompletableFuture<?> stop;

  /**
   * @param unchanging whether nobody will ever write to the files
   * @param stop completed when the job is to stop: what is under way is given up then
   */
  ChannelDownload(ObjectStore objects, boolean unchanging, CompletableFuture<?> stop) {
    this.objects = objects;
    this.unchanging = unchanging;
    this.stop = stop;
  }

  /**
   * Downloads what belongs to a host.
   *
   * @throws TrainingFailure when the channel holds nothing, or a key cannot be a file in the folder
   */
  void download(Channel channel, Share share, Path folder) throws IOException {
    Files.createDirectories(folder);
    ChannelItems items = new ChannelItems(objects, channel);
    ObjectFiles files = new ObjectFiles(objects, folder, items::failed);
    try (Downloads downloads = new Downloads(objects, unchanging)) {
      CompletableFuture<Void> givingUp = stop.thenRun(downloads::giveUp);
      try {
        items.forEach(share, 0, row -> put(row, files, downloads));
        finish(files, downloads);
      } finally {
        givingUp.cancel(false);
      }
    } catch (CancellationException e) {
      log.debug("channel {} is given up: the job stops", channel.name());
    }
  }

  private void put(List<ChannelItem> row, ObjectFiles files, Downloads downloads)
      throws IOException {
    for (ChannelItem item : row) {
      if (item instanceof ChannelItem.Stored object) {
        begin(files, downloads, object);
      }
    }
  }

  private static void begin(ObjectFiles files, Downloads downloads, ChannelItem.Stored object)
      throws IOException {
    try {
      files.begin(downloads, object);
    } catch (InterruptedException e) {
      throw cancelled();
    }
  }

  private static void finish(ObjectFiles files, Downloads downloads) throws IOException {
    try {
      files.finish(downloads);
    } catch (InterruptedException e) {
      throw cancelled();
    }
  }

  private static CancellationException cancelled() {
    Thread.currentThread().interrupt();
    return new CancellationException();
  }
}
