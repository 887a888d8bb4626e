package io.sagelocal.fakes3.store;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One file for the parts of an upload, each at the place that it will have in the object, as long
 * as all but the last are of one length. A place that was taken is another's only when what was
 * written there was given up, so that bytes on record are never written to.
 */
final class SharedFile {
  private static final long MOST_BYTES = 5L << 40; // of an object

  private final Blobs blobs;
  private final long id;
  private final long stride;
  private final Map<Integer, Place> taken = new HashMap<>();
  private boolean closed;

  /**
   * @param stride from the beginning of a part to that of the next, in bytes
   */
  SharedFile(Blobs blobs, long stride) {
    this.blobs = blobs;
    this.id = blobs.number();
    this.stride = stride;
  }

  long id() {
    return id;
  }

  /** Whether the place of a part is somebody's. */
  synchronized boolean has(int number) {
    return taken.containsKey(number);
  }

  /** Whether there may be places for parts of a length. */
  synchronized boolean fits(long length) {
    return !closed && length <= stride;
  }

  /** The place of a part; empty when it cannot be had. */
  synchronized Optional<NewBlob> take(int number, long length) throws IOException {
    long offset = (number - 1) * stride;
    if (!fits(length) || has(number) || offset + length > MOST_BYTES) {
      return Optional.empty();
    }
    Place place = new Place(blobs.open(id, offset), length);
    taken.put(number, place);
    return Optional.of(new NewBlob(id, offset, place, () -> leave(number)));
  }

  /** The last who leaves takes the file along. */
  private synchronized void leave(int number) {
    taken.remove(number);
    if (taken.isEmpty() && !closed) {
      closed = true;
      blobs.delete(List.of(new Segment(id, 0)));
    }
  }

  /** Gives no more places, and lets nobody write any more. */
  synchronized void close() {
    closed = true;
    taken.values().forEach(Place::revoke);
  }

  /** Where one part is written, and never a byte further. */
  private static final class Place extends OutputStream {
    private final RandomAccessFile file; // unlike a channel, deaf to interrupts
    private long left;
    private boolean revoked;

    Place(RandomAccessFile file, long length) {
      this.file = file;
      this.left = length;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      if (revoked) {
        throw new StoreException(
            ErrorCode.NO_SUCH_UPLOAD,
            "The upload was completed or aborted before this part had come to its end");
      }
      if (length > left) {
        throw new StoreException(
            ErrorCode.INCOMPLETE_BODY, "The body has more bytes than were announced");
      }
      file.write(bytes, offset, length);
      left -= length;
    }

    /** Waits for the write that is under way. */
    synchronized void revoke() {
      revoked = true;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
