package io.sagelocal.training;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.Folder;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.training.ChannelItems.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The folders of a job's channels that are files. Where the engine can lay one folder over another,
 * the files are names of the store's own beneath what each host writes; else each host has copies.
 */
final class ChannelFolders {
  private final boolean layered;
  private final ChannelDownload downloads;
  private final JobFolder folder;

  /**
   * @param stop completed when the job is to stop: what is under way is given up then
   */
  ChannelFolders(
      ContainerEngine engine, ObjectStore objects, JobFolder folder, CompletableFuture<?> stop) {
    this.layered = engine.layers();
    this.downloads = new ChannelDownload(objects, layered, stop);
    this.folder = folder;
  }

  /**
   * Fills those of a host, whose folder is there.
   *
   * @throws TrainingFailure when a channel holds nothing, or a key cannot be a file in its folder
   */
  void fill(TrainingJobSpec spec, String host) throws IOException {
    for (Channel channel : spec.channelsOf(host)) {
      if (channel.piped()) {
        continue;
      }
      Share share = Share.of(channel, spec.hostsOf(channel), host);
      Path seen = folder.channel(host, channel.name());
      if (!layered) {
        downloads.download(channel, share, seen);
        continue;
      }
      Files.createDirectories(seen); // where the engine puts them
      Files.createDirectories(folder.changes(host, channel.name()));
      Path beneath = folder.beneath(channel, share);
      if (!Files.isDirectory(beneath)) { // else another host has the same share
        downloads.download(channel, share, beneath);
      }
    }
  }

  /** Those of a host that are layered. */
  static List<Folder> layered(TrainingJobSpec spec, JobFolder folder, String host) {
    List<Folder> layered = new ArrayList<>();
    for (Channel channel : spec.channelsOf(host)) {
      Path beneath = folder.beneath(channel, Share.of(channel, spec.hostsOf(channel), host));
      if (Files.isDirectory(beneath)) {
        layered.add(
            new Folder(
                "/opt/ml/input/data/" + channel.name(),
                folder.changes(host, channel.name()),
                true,
                Optional.of(beneath)));
      }
    }
    return layered;
  }
}
