package io.sagelocal.fakes3.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Files with bytes, under numbers that no other ever had. What an object has of a file is written
 * once and never changed after. A file that is being read is deleted when its last reader has let
 * go.
 */
final class Blobs {
  private static final int RUN_BITS = 32;

  private final Path folder;
  private final long run;
  private final AtomicLong next;
  private final Map<Long, Integer> readers = new HashMap<>();
  private final Set<Long> doomed = new HashSet<>();

  /**
   * @param run number of this opening of the store, larger than any before
   */
  Blobs(Path folder, int run) {
    this.folder = folder;
    this.run = (long) run << RUN_BITS;
    this.next = new AtomicLong(this.run);
  }

  /** A number that was never given before, and is larger than all that were. */
  long number() {
    return next.incrementAndGet();
  }

  Path path(long id) {
    return folder
        .resolve(HexFormat.of().toHexDigits((byte) id))
        .resolve(HexFormat.of().toHexDigits(id));
  }

  /** Makes the folder where the file of a number belongs. */
  Path place(long id) throws IOException {
    Path path = path(id);
    Path parent = path.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
    }
    return path;
  }

  /** A new file. */
  NewBlob newBlob() throws IOException {
    long id = number();
    OutputStream out =
        new FileOutputStream(place(id).toFile()); // unlike a channel, deaf to interrupts
    return new NewBlob(id, 0, out, () -> delete(List.of(new Segment(id, 0))));
  }

  /** Opens a file for writing from some place on; makes it when it is not there. */
  RandomAccessFile open(long id, long offset) throws IOException {
    RandomAccessFile file = new RandomAccessFile(place(id).toFile(), "rw");
    try {
      file.seek(offset);
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Another name for the same file where the disk can do that, else a copy; its number. */
  long duplicate(long original) throws IOException {
    long id = number();
    Path target = place(id);
    try {
      Files.createLink(target, path(original));
    } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
      Files.deleteIfExists(target);
      Files.copy(path(original), target);
    }
    return id;
  }

  /** Removes what a file has behind the only stretch of it that is somebody's. */
  void cutOffBehind(Segment segment) throws IOException {
    long end = segment.offset() + segment.length();
    if (path(segment.id()).toFile().length() <= end || !hold(List.of(segment))) {
      return;
    }
    try (RandomAccessFile file = open(segment.id(), 0)) {
      file.setLength(end);
    } finally {
      release(List.of(segment));
    }
  }

  /** One file with the bytes of several, one after the other; the system copies them. */
  Segment join(List<Segment> segments) throws IOException {
    long id = number();
    long length = 0;
    try (FileOutputStream out = new FileOutputStream(place(id).toFile())) {
      for (Segment segment : segments) {
        copy(segment, out.getChannel());
        length += segment.length();
      }
      return new Segment(id, length);
    } catch (IOException e) {
      Files.deleteIfExists(path(id));
      throw e;
    }
  }

  private void copy(Segment segment, FileChannel target) throws IOException {
    try (FileChannel source = FileChannel.open(path(segment.id()))) {
      long copied = 0;
      while (copied < segment.length()) {
        long more = source.transferTo(segment.offset() + copied, segment.length() - copied, target);
        if (more <= 0) {
          throw new IOException("file %s was cut off".formatted(path(segment.id())));
        }
        copied += more;
      }
    }
  }

  /** Keeps files from being deleted until {@link #release}; false when one is gone already. */
  synchronized boolean hold(Collection<Segment> segments) {
    for (Segment segment : segments) {
      if (doomed.contains(segment.id()) || !Files.exists(path(segment.id()))) {
        return false;
      }
    }
    segments.forEach(segment -> readers.merge(segment.id(), 1, Integer::sum));
    return true;
  }

  void release(Collection<Segment> segments) {
    List<Long> last = new ArrayList<>();
    synchronized (this) {
      for (Segment segment : segments) {
        Integer left =
            readers.computeIfPresent(segment.id(), (id, count) -> count == 1 ? null : count - 1);
        if (left == null && doomed.contains(segment.id())) {
          last.add(segment.id());
        }
      }
    }
    removeDoomed(last);
  }

  void delete(Collection<Segment> segments) {
    List<Long> unread = new ArrayList<>();
    synchronized (this) {
      for (Segment segment : segments) {
        doomed.add(segment.id());
        if (!readers.containsKey(segment.id())) {
          unread.add(segment.id());
        }
      }
    }
    removeDoomed(unread);
  }

  /** Nobody can begin to read a doomed file, so it is removed without keeping others waiting. */
  private void removeDoomed(List<Long> ids) {
    try {
      ids.forEach(this::remove);
    } finally {
      synchronized (this) {
        ids.forEach(doomed::remove);
      }
    }
  }

  /** Deletes the files of earlier runs that are not among the given: what a crash left. */
  void sweep(Set<Long> used) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            long id = HexFormat.fromHexDigitsToLong(file.getFileName().toString());
            if (id < run && !used.contains(id)) {
              remove(id);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void remove(long id) {
    try {
      Files.deleteIfExists(path(id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
