package io.sagelocal.objects;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Puts objects into files of this disk, several at once, and the stretches of a large one at once
 * as well. Objects that are files of this disk already, or are kept there, get another name, where
 * nobody will write to them, or else are copied by the system.
 *
 * <p>One thread adds and finishes; the first failure is thrown by whatever it does next. What is
 * under way when this is closed early is given up, and nothing writes behind the caller.
 */
public final class Downloads implements AutoCloseable {
  private static final int AT_ONCE = 16;
  private static final int PIECE_BYTES = 32 << 20;

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
    add(object, Optional.empty(), file);
  }

  /** The same of an object that a list has just shown. */
  public void add(ObjectInfo seen, Path file) throws IOException, InterruptedException {
    add(seen.uri(), Optional.of(seen), file);
  }

  private void add(S3Uri object, Optional<ObjectInfo> seen, Path file)
      throws IOException, InterruptedException {
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
          download(object, seen, file);
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

  private void download(S3Uri object, Optional<ObjectInfo> seen, Path file) throws IOException {
    if (copyOf(objects.localFile(object), file)) {
      return;
    }
    Optional<Path> kept = objects.keptFile(object, seen);
    if (unchanging ? linkOf(kept, file) : copyOf(kept, file)) {
      return;
    }
    new CurrentObject(objects, object, seen)
        .use(current -> {
          try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            out.truncate(0); // of what was longer before it changed
          }
          new ObjectDownload(objects, current, file).run();
          return file;
        });
  }

  /** Answers false when there is none, or it has just been removed. */
  private static boolean copyOf(Optional<Path> source, Path file) throws IOException {
    if (source.isEmpty()) {
      return false;
    }
    try {
      copy(source.get(), file);
      return true;
    } catch (NoSuchFileException e) {
      if (!source.get().toString().equals(e.getFile())) {
        throw e;
      }
      return false;
    }
  }

  /** Puts another name of a file in the place of one; answers false where that cannot be done. */
  private static boolean linkOf(Optional<Path> source, Path file) throws IOException {
    if (source.isEmpty()) {
      return false;
    }
    Path link = file.resolveSibling(UUID.randomUUID().toString());
    try {
      Files.createLink(link, source.get());
    } catch (UnsupportedOperationException | FileSystemException e) {
      return copyOf(source, file); // of another disk, or a file with as many names as it can have
    }
    Files.move(link, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return true;
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
}
