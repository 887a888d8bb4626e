package io.sagelocal.training;

import io.sagelocal.archive.Gzip;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.training.ChannelItems.Share;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds one channel of one host in Pipe mode: a FIFO per epoch. Nothing is read from S3 before the
 * host opens the FIFO, nor faster than it reads; one that closes it early gets the next epoch from
 * the next FIFO. There always is one FIFO more than the host has opened, so it need not wait.
 */
final class PipeFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PipeFeed.class);
  private static final int BUFFER_BYTES = 1 << 16;
  private static final Duration CLOSE_STEP = Duration.ofMillis(50);

  private final ObjectStore objects;
  private final Channel channel;
  private final ChannelItems items;
  private final Share share;
  private final LongFunction<Path> fifos;
  private final CompletableFuture<TrainingFailure> broken;
  private final CompletableFuture<Void> closing = new CompletableFuture<>();
  private final Thread feeder;
  private volatile long epoch;
  private volatile boolean closed;

  /** The host closed its end. */
  private static final class ReaderGone extends IOException {
    private static final long serialVersionUID = 1L;

    ReaderGone(IOException cause) {
      super(cause);
    }
  }

  /**
   * Makes the first FIFO and begins to wait for its reader.
   *
   * @param fifos the FIFO of each epoch, counted from 0
   * @param broken completed when the data cannot be had; the FIFO then stays open, so that the host
   *     never takes the fault for an end
   */
  PipeFeed(
      ObjectStore objects,
      Channel channel,
      Share share,
      LongFunction<Path> fifos,
      CompletableFuture<TrainingFailure> broken)
      throws IOException {
    this.objects = objects;
    this.channel = channel;
    this.items = new ChannelItems(objects, channel);
    this.share = share;
    this.fifos = fifos;
    this.broken = broken;
    Fifo.make(fifos.apply(0));
    this.feeder = Thread.ofPlatform().daemon().name("pipe-" + channel.name()).start(this::feed);
  }

  private void feed() {
    try {
      for (long next = 0; !closed; next++) {
        Fifo.make(fifos.apply(next + 1));
        epoch = next;
        feedEpoch();
        Files.deleteIfExists(fifos.apply(next));
      }
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        log.error("channel {} cannot be fed any more", channel.name(), e);
        broken.complete(TrainingFailure.internal("Pipe of channel " + channel.name() + ": " + e));
      }
    }
  }

  /** Opening waits for the reader; that can be ended only by opening the other end. */
  private void feedEpoch() throws IOException {
    try (FileChannel fifo =
            FileChannel.open(
                fifos.apply(epoch), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        OutputStream out = new ToReader(Channels.newOutputStream(fifo))) {
      if (closed) {
        return;
      }
      try {
        OutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES);
        items.forEach(share, epoch, row -> write(row, buffered));
        buffered.flush();
      } catch (ReaderGone e) {
        log.debug("epoch {} of channel {} was left early", epoch, channel.name());
      } catch (TrainingFailure e) {
        breakOff(e);
      } catch (ObjectStoreException | IOException e) {
        breakOff(items.failed("cannot be read: " + e.getMessage()));
      }
    }
  }

  /** Keeps the FIFO open until the host has ended. */
  private void breakOff(TrainingFailure failure) {
    if (closed) {
      return;
    }
    broken.complete(failure);
    closing.join();
  }

  private void write(List<ChannelItem> row, OutputStream out) throws IOException {
    for (ChannelItem item : row) {
      switch (item) {
        case ChannelItem.Inline inline -> {
          byte[] bytes = inline.value().getBytes(StandardCharsets.UTF_8);
          write(new ByteArrayInputStream(bytes), bytes.length, out);
        }
        case ChannelItem.Stored object -> write(object, out);
      }
    }
  }

  private void write(ChannelItem.Stored object, OutputStream out) throws IOException {
    if (!channel.recordIo()) {
      try (InputStream bytes = open(object)) {
        bytes.transferTo(out);
      }
      return;
    }
    long length = channel.gzip() ? unpackedLength(object) : length(object);
    try (InputStream bytes = open(object)) {
      write(bytes, length, out);
    }
  }

  private void write(InputStream bytes, long length, OutputStream out) throws IOException {
    if (channel.recordIo()) {
      RecordIo.write(bytes, length, out);
    } else {
      bytes.transferTo(out);
    }
  }

  private InputStream open(ChannelItem.Stored object) throws IOException {
    try {
      Optional<Path> local = objects.localFile(object.uri());
      InputStream bytes =
          local.isPresent() ? Files.newInputStream(local.get()) : objects.read(object.uri());
      return channel.gzip() ? unzipped(object, bytes) : bytes;
    } catch (ObjectNotFoundException e) {
      throw items.failed("names %s, which does not exist".formatted(object.uri()));
    }
  }

  private InputStream unzipped(ChannelItem.Stored object, InputStream bytes) throws IOException {
    try {
      return Gzip.decompressed(bytes);
    } catch (IOException e) {
      bytes.close();
      throw items.failed(
          "has CompressionType Gzip and object %s: %s".formatted(object.uri(), e.getMessage()));
    }
  }

  private long length(ChannelItem.Stored object) {
    return objects
        .find(object.uri())
        .orElseThrow(() -> items.failed("names %s, which does not exist".formatted(object.uri())))
        .size();
  }

  /** A record's length stands before it, so a compressed object is read twice. */
  private long unpackedLength(ChannelItem.Stored object) throws IOException {
    try (InputStream bytes = open(object)) {
      return bytes.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** Ends the feed; to be called once the host has ended. */
  @Override
  public void close() {
    closed = true;
    closing.complete(null);
    feeder.interrupt();
    boolean interrupted = false;
    while (feeder.isAlive()) {
      try {
        Fifo.openForReader(fifos.apply(epoch));
        if (feeder.join(CLOSE_STEP)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true; // the feeder ends all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells the reader's leaving from the faults of what is read. */
  private static final class ToReader extends FilterOutputStream {
    ToReader(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException e) {
        throw new ReaderGone(e);
      }
    }
  }
}
