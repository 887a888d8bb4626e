package io.sagelocal.objects;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Files below a folder, up to a size all together: what was used longest ago goes first. A file is
 * there whole or not at all, and outlives the process; when it was used is its access time. Its
 * users hold it by a link of their own, or copy it, for it may go at any time.
 *
 * <p>Any thread; one that wants a file which another fetches waits for it. One process at a time.
 */
final class FileCache {
  private static final int LOCKS = 64;
  private static final long LEAST_BYTES = 4096; // what even an empty file takes

  private final Path files;
  private final Path underWay;
  private final long limit;
  private final Supplier<Instant> now;
  private final List<ReentrantLock> locks =
      IntStream.range(0, LOCKS).mapToObj(i -> new ReentrantLock()).toList();
  private final Map<Path, Kept> kept = new HashMap<>();
  private long bytes;
  private boolean read;

  /**
   * @param limit in bytes
   */
  FileCache(Path folder, long limit, Supplier<Instant> now) {
    this.files = folder.resolve("files");
    this.underWay = folder.resolve("under-way");
    this.limit = limit;
    this.now = now;
  }

  private record Kept(Path file, long bytes, Instant used) {}

  /** Writes to an empty file, or throws. */
  @FunctionalInterface
  interface Fetching {
    void into(Path file) throws IOException;
  }

  /** Whether a file of a size could be kept. */
  boolean takes(long size) {
    return size <= limit;
  }

  /**
   * A file, which is fetched when it is not there in that size.
   *
   * @param name its path below the folder
   */
  Path get(String name, long size, Fetching fetching) throws IOException {
    ReentrantLock lock = locks.get(Math.floorMod(name.hashCode(), LOCKS));
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    try {
      readFolder();
      Path file = files.resolve(name);
      if (Files.isRegularFile(file) && Files.size(file) == size) {
        used(file, size);
      } else {
        fetch(file, size, fetching);
      }
      return file;
    } finally {
      lock.unlock();
    }
  }

  private void fetch(Path file, long size, Fetching fetching) throws IOException {
    Path half = Files.createDirectories(underWay).resolve(UUID.randomUUID().toString());
    try {
      Files.createFile(half);
      fetching.into(half);
      if (Files.size(half) != size) {
        throw new IOException("%s has not the %d bytes that it should".formatted(half, size));
      }
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(half);
    }
    used(file, size);
    makeRoom(file);
  }

  /** Remembers the use in the file itself too; its time of change stays, which its users see. */
  private void used(Path file, long size) throws IOException {
    Instant time = now.get();
    try {
      Files.getFileAttributeView(file, BasicFileAttributeView.class)
          .setTimes(null, FileTime.from(time), null);
    } catch (NoSuchFileException e) {
      return; // somebody cleans up: whoever opens it finds that too
    }
    remember(new Kept(file, Math.max(size, LEAST_BYTES), time));
  }

  private synchronized void remember(Kept one) {
    Kept before = kept.put(one.file(), one);
    bytes += one.bytes() - (before == null ? 0 : before.bytes());
  }

  private synchronized void makeRoom(Path wanted) throws IOException {
    if (bytes <= limit) {
      return;
    }
    List<Kept> byUse = kept.values().stream().sorted(Comparator.comparing(Kept::used)).toList();
    for (Kept one : byUse) {
      if (bytes > limit && !one.file().equals(wanted)) {
        remove(one);
      }
    }
  }

  /** Removes every file below a folder. */
  synchronized void removeBelow(String name) throws IOException {
    readFolder();
    Path folder = files.resolve(name);
    for (Kept one : List.copyOf(kept.values())) {
      if (one.file().startsWith(folder)) {
        remove(one);
      }
    }
  }

  private void remove(Kept one) throws IOException {
    Files.deleteIfExists(one.file());
    kept.remove(one.file());
    bytes -= one.bytes();
  }

  /** What an earlier process left, at the first use; what it had under way goes. */
  private synchronized void readFolder() throws IOException {
    if (read) {
      return;
    }
    removeAll(underWay);
    if (Files.isDirectory(files)) {
      Files.walkFileTree(files, new Reading());
    }
    read = true;
  }

  private final class Reading extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      long size = Math.max(attributes.size(), LEAST_BYTES);
      remember(new Kept(file, size, attributes.lastAccessTime().toInstant()));
      return FileVisitResult.CONTINUE;
    }
  }

  /** Removes all files below a folder; answers how many that were. */
  static int removeAll(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    int[] removed = {0};
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            removed[0] += Files.deleteIfExists(file) ? 1 : 0;
            return FileVisitResult.CONTINUE;
          }
        });
    return removed[0];
  }
}
