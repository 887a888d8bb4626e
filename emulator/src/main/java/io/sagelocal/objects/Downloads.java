package io.sagelocal.objects;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Puts objects into files of this disk, several at once, and the stretches of a large one at once
 * as well. Objects that are files of this disk already get another name, where nobody will write to
 * them, or else are copied by the system.
 *
 * <p>One thread adds and finishes; the first failure is thrown by whatever it does next. What is
 * under way when this is closed early is given up, and nothing writes behind the caller.
 */
public final class Downloads implements AutoCloseable {
  private static final int AT_ONCE = 16;
  private static final int PIECE_BYTES = 32 << 20;
  private static final int BUFFER_BYTES = 1 << 17;

  private final ObjectStore objects;
  private final boolean unchanging;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore room = new Semaphore(AT_ONCE);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * @param unchanging whether nobody will ever write to the files, so that they may be the store's
   *     own
   */
  public Downloads(ObjectStore objects, boolean unchanging) {
    this.objects = objects;
    this.unchanging = unchanging;
  }

  /**
   * Begins to download an object, once there is room for one more.
   *
   * @param file must not be there; its folder must
   * @throws FileAlreadyExistsException when the file is there already
   * @throws ObjectNotFoundException when an object added before is not there
   * @throws CancellationException after {@link #giveUp}
   */
  public void add(S3Uri object, Path file) throws IOException, InterruptedException {
    throwFailure();
    if (unchanging && link(object, file)) {
      return;
    }
    Files.createFile(file);
    room.acquire();
    throwFailure();
    try {
      threads.execute(() -> {
        try {
          download(object, file);
        } catch (IOException | RuntimeException e) {
          failure.compareAndSet(null, e);
        } finally {
          room.release();
        }
      });
    } catch (RejectedExecutionException e) { // it has just been given up
      room.release();
      throwFailure();
      throw e;
    }
  }

  /** Gives the store's file another name; answers false where that cannot be done. */
  private boolean link(S3Uri object, Path file) throws IOException {
    Optional<Path> local = objects.localFile(object);
    if (local.isEmpty()) {
      return false;
    }
    try {
      Files.createLink(file, local.get());
      return true;
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      return false; // replaced since, on another disk, or a file with as many names as it can have
    }
  }

  /** Waits for all that was added. */
  public void finish() throws IOException, InterruptedException {
    room.acquire(AT_ONCE);
    room.release(AT_ONCE);
    throwFailure();
  }

  /** Gives up what is under way, and has the next add or finish throw. From any thread. */
  public void giveUp() {
    failure.compareAndSet(null, new CancellationException("given up"));
    threads.shutdownNow();
  }

  /** Gives up what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }

  private void throwFailure() throws IOException {
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private void download(S3Uri object, Path file) throws IOException {
    Optional<Path> local = objects.localFile(object);
    if (local.isPresent()) {
      try {
        copy(local.get(), file);
        return;
      } catch (NoSuchFileException e) { // it was replaced since: its bytes are asked for
        if (!local.get().toString().equals(e.getFile())) {
          throw e;
        }
      }
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      if (copy(objects.read(object, 0, PIECE_BYTES), out) < PIECE_BYTES) {
        return;
      }
    }
    downloadRest(object, file);
  }

  /** Behind the first piece, whose length said that there may be more. */
  private void downloadRest(S3Uri object, Path file) throws IOException {
    ObjectInfo before = objects.find(object).orElseThrow(() -> new ObjectNotFoundException(object));
    List<Future<?>> pieces = new ArrayList<>();
    for (long offset = PIECE_BYTES; offset < before.size(); offset += PIECE_BYTES) {
      long from = offset;
      pieces.add(threads.submit(() -> downloadPiece(object, file, from)));
    }
    for (Future<?> piece : pieces) {
      join(piece);
    }
    if (!objects.find(object).filter(before::equals).isPresent()) {
      throw new ObjectStoreException(object + " was changed while it was read");
    }
  }

  private void downloadPiece(S3Uri object, Path file, long offset) {
    try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
      target.seek(offset);
      try (OutputStream out = Channels.newOutputStream(target.getChannel())) {
        copy(objects.read(object, offset, PIECE_BYTES), out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Piece by piece, so that an interrupt ends it; the system moves the bytes. */
  private static void copy(Path from, Path to) throws IOException {
    try (FileChannel in = FileChannel.open(from);
        FileChannel out = FileChannel.open(to, StandardOpenOption.WRITE)) {
      long copied = 0;
      for (long more = 1; more > 0; copied += more) {
        more = in.transferTo(copied, PIECE_BYTES, out);
      }
    }
  }

  private static long copy(InputStream in, OutputStream out) throws IOException {
    try (in) {
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
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case UncheckedIOException cause -> throw cause.getCause();
        case RuntimeException cause -> throw cause;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }
}
