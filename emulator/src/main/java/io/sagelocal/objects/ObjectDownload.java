package io.sagelocal.objects;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Puts one object into a file, the stretches of a large one at once. */
final class ObjectDownload {
  private static final long PIECE_BYTES = 32 << 20;
  private static final int PIECES_AT_ONCE = 8; // each has a connection and a buffer
  private static final int BUFFER_BYTES = 1 << 17;

  private final ObjectStore objects;
  private final ObjectInfo object;
  private final Path file;

  /**
   * @param object as it was seen: no other bytes get into the file
   * @param file is there, and empty
   */
  ObjectDownload(ObjectStore objects, ObjectInfo object, Path file) {
    this.objects = objects;
    this.object = object;
    this.file = file;
  }

  /** Whether it came in several stretches, in no order. */
  boolean isLarge() {
    return object.size() > PIECE_BYTES;
  }

  /**
   * Does it; an interrupt ends it, and nothing writes to the file after this has returned.
   *
   * @throws ObjectChangedException when the object is another by now
   */
  void run() throws IOException {
    if (!isLarge()) {
      piece(0);
      return;
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(PIECES_AT_ONCE, Thread.ofVirtual().factory());
    try {
      List<Future<?>> pieces = new ArrayList<>();
      for (long offset = 0; offset < object.size(); offset += PIECE_BYTES) {
        long from = offset;
        pieces.add(threads.submit(() -> pieceUnchecked(from)));
      }
      for (Future<?> piece : pieces) {
        join(piece);
      }
    } finally {
      threads.shutdownNow();
      threads.close();
    }
  }

  private void pieceUnchecked(long offset) {
    try {
      piece(offset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void piece(long offset) throws IOException {
    long length = Math.min(PIECE_BYTES, object.size() - offset);
    try (FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
      target.position(offset);
      long copied = length == 0 ? 0 : copy(objects.read(object, offset, length), target);
      if (copied != length) {
        throw new IOException(
            "%s ended after %d of %d bytes from %d on"
                .formatted(object.uri(), copied, length, offset));
      }
    }
  }

  private static long copy(InputStream in, FileChannel target) throws IOException {
    try (in) {
      OutputStream out = Channels.newOutputStream(target); // ends with an interrupt
      byte[] buffer = new byte[BUFFER_BYTES];
      long copied = 0;
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        out.write(buffer, 0, count);
        copied += count;
      }
      return copied;
    }
  }

  private static void join(Future<?> piece) throws IOException {
    try {
      piece.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case UncheckedIOException cause -> throw cause.getCause();
        case RuntimeException cause -> throw cause;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }
}
