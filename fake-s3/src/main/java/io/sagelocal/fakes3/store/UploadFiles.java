package io.sagelocal.fakes3.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the parts of one upload are written. Clients send parts of one length, the last apart: they
 * share a file and lie there as in the object. A part whose place is taken, as when it is sent a
 * second time, and one whose length is not told have files of their own.
 *
 * <p>Known only while the process lives; the parts of an upload that an earlier one began have
 * files of their own.
 */
final class UploadFiles {
  private final Blobs blobs;
  private final List<SharedFile> shared = new ArrayList<>();
  private boolean closed;

  UploadFiles(Blobs blobs) {
    this.blobs = blobs;
  }

  /** A place for a part. */
  synchronized NewBlob open(int number, Optional<Long> length) throws IOException {
    if (closed || length.isEmpty() || length.get() < 0 || isTaken(number)) {
      return blobs.newBlob();
    }
    if (shared.isEmpty() || !shared.getLast().fits(length.get())) {
      shared.add(new SharedFile(blobs, length.get())); // what came before was the short last part
    }
    Optional<NewBlob> place = shared.getLast().take(number, length.get());
    return place.isPresent() ? place.get() : blobs.newBlob();
  }

  private boolean isTaken(int number) {
    return shared.stream().anyMatch(file -> file.has(number));
  }

  /** Whether a file takes several parts. */
  synchronized boolean isShared(long id) {
    return shared.stream().anyMatch(file -> file.id() == id);
  }

  /** The files that take several parts. */
  synchronized List<Segment> shared() {
    return shared.stream().map(file -> new Segment(file.id(), 0)).toList();
  }

  /** Lets nobody write to a shared file any more. */
  synchronized void close() {
    closed = true;
    shared.forEach(SharedFile::close);
  }
}
