package io.sagelocal.fakes3.store;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An object whose bytes stay on the disk until this is closed. */
public final class Reading implements AutoCloseable {
  private final StoredObject object;
  private final Blobs blobs;
  private boolean closed;

  Reading(StoredObject object, Blobs blobs) {
    this.object = object;
    this.blobs = blobs;
  }

  /**
   * A stretch of a file.
   *
   * @param offset where it begins, in bytes
   * @param length in bytes
   */
  public record Slice(Path file, long offset, long length) {}

  public StoredObject object() {
    return object;
  }

  /** The stretches of files that hold a stretch of the object; none when it is empty. */
  public List<Slice> slices(long offset, long length) {
    List<Slice> slices = new ArrayList<>();
    long begin = 0;
    for (Segment segment : object.content().segments()) {
      long from = Math.max(offset, begin);
      long to = Math.min(offset + length, begin + segment.length());
      if (from < to) {
        long at = segment.offset() + from - begin;
        slices.add(new Slice(blobs.path(segment.id()), at, to - from));
      }
      begin += segment.length();
    }
    return slices;
  }

  /** The bytes of a stretch; closing the stream closes this too. */
  public InputStream stream(long offset, long length) {
    return new Slices(slices(offset, length));
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      blobs.release(object.content().segments());
    }
  }

  private final class Slices extends InputStream {
    private final Deque<Slice> left;
    private @Nullable FileInputStream file;
    private long leftOfFile;

    Slices(List<Slice> slices) {
      this.left = new ArrayDeque<>(slices);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      FileInputStream from = current();
      if (from == null) {
        return -1;
      }
      int count = from.read(bytes, offset, (int) Math.min(length, leftOfFile));
      if (count < 0) {
        throw new IOException("a file of \"%s\" was cut off".formatted(object.key()));
      }
      leftOfFile -= count;
      return count;
    }

    private @Nullable FileInputStream current() throws IOException {
      if (leftOfFile == 0) {
        closeFile();
        Slice next = left.poll();
        if (next == null) {
          return null;
        }
        FileInputStream opened = new FileInputStream(next.file().toFile());
        file = opened;
        opened.skipNBytes(next.offset());
        leftOfFile = next.length();
      }
      return file;
    }

    private void closeFile() throws IOException {
      FileInputStream open = file;
      file = null;
      if (open != null) {
        open.close();
      }
    }

    @Override
    public void close() throws IOException {
      left.clear();
      leftOfFile = 0;
      closeFile();
      Reading.this.close();
    }
  }
}
