package io.sagelocal.training;

import io.sagelocal.objects.ObjectStore;
import io.sagelocal.training.ChannelItems.Share;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The feeds of every channel that is in Pipe mode, for all hosts of a job. */
final class PipeFeeds implements BesideHosts.Work {
  private final List<PipeFeed> feeds = new ArrayList<>();

  private PipeFeeds() {}

  /**
   * Makes the FIFOs, which are there when this returns, and feeds who opens them.
   *
   * @param broken completed when a channel's data cannot be had; the hosts will wait for it until
   *     stopped
   */
  static PipeFeeds open(
      ObjectStore objects,
      TrainingJobSpec spec,
      JobFolder folder,
      CompletableFuture<TrainingFailure> broken)
      throws IOException {
    PipeFeeds opened = new PipeFeeds();
    try {
      for (String host : spec.hosts()) {
        for (Channel channel : spec.channelsOf(host)) {
          if (channel.piped()) {
            opened.feeds.add(
                new PipeFeed(
                    objects,
                    channel,
                    Share.of(channel, spec.hostsOf(channel), host),
                    epoch -> folder.fifo(host, channel.name(), epoch),
                    broken));
          }
        }
      }
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  /** A reader may stop before the end. */
  @Override
  public void hostsEnded() {}

  @Override
  public void close() {
    feeds.forEach(PipeFeed::close);
  }
}
