package io.sagelocal.training;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.Folder;
import io.sagelocal.training.ChannelItems.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The scratch folder of one TrainingJob: what its hosts see under {@code /opt/ml}.
 *
 * @param unsaved where what S3 does not take is kept when the scratch folder is deleted
 */
record JobFolder(Path root, Path unsaved) {
  private static final List<String> SEEN = List.of("input", "model", "output");

  /** Names that reach this have passed the API model: no slash, no dot. */
  static JobFolder of(Path jobs, Scope scope, String jobName) {
    Path job = Path.of(scope.account().digits(), scope.region().name(), jobName);
    return new JobFolder(jobs.resolve(job), jobs.resolveSibling("unsaved").resolve(job));
  }

  boolean exists() {
    return Files.exists(root);
  }

  Path channel(String host, String channel) {
    return root.resolve(host).resolve("input/data").resolve(channel);
  }

  /**
   * What hosts see beneath a channel's folder and none of them changes; there when channels are
   * layered.
   */
  Path beneath(Channel channel, Share share) {
    return root.resolve("channels").resolve(channel.name()).resolve(String.valueOf(share.host()));
  }

  /** What a host changes in the folder of a layered channel. */
  Path changes(String host, String channel) {
    return root.resolve(host).resolve("changes").resolve(channel).resolve("files");
  }

  /** The FIFO of an epoch, counted from 0. */
  Path fifo(String host, String channel, long epoch) {
    return channel(host, channel + "_" + epoch);
  }

  Path config(String host) {
    return root.resolve(host).resolve("input/config");
  }

  Path model(String host) {
    return root.resolve(host).resolve("model");
  }

  Path outputData(String host) {
    return root.resolve(host).resolve("output/data");
  }

  Path checkpoints(String host) {
    return root.resolve(host).resolve("checkpoints");
  }

  Path failure(String host) {
    return root.resolve(host).resolve("output/failure");
  }

  /** Makes the folders of a host. */
  void create(String host) throws IOException {
    Files.createDirectories(config(host));
    Files.createDirectories(root.resolve(host).resolve("input/data"));
    Files.createDirectories(model(host));
    Files.createDirectories(outputData(host));
    Files.createDirectories(checkpoints(host));
  }

  /**
   * What a host's container sees.
   *
   * @param checkpointsPath where it sees the checkpoints
   */
  List<Folder> folders(String host, String checkpointsPath) {
    List<Folder> folders = new ArrayList<>();
    for (String name : SEEN) {
      folders.add(new Folder("/opt/ml/" + name, root.resolve(host).resolve(name), true));
    }
    folders.add(new Folder(checkpointsPath, checkpoints(host), true));
    return folders;
  }
}
