package io.sagelocal.fakes3.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Objects as single files, for those who read them by their path. */
final class WholeFiles {
  private final Store store;
  private final Buckets buckets;
  private final Index index;
  private final Blobs blobs;
  private final ReentrantLock assembling = new ReentrantLock();

  WholeFiles(Store store, Buckets buckets, Index index, Blobs blobs) {
    this.store = store;
    this.buckets = buckets;
    this.index = index;
    this.blobs = blobs;
  }

  /**
   * The file; one whose parts lie apart is put together first, which whoever comes second finds
   * done.
   *
   * @throws StoreException InternalError when the bytes are gone from the disk
   */
  Optional<Path> of(String bucket, String key) {
    Optional<StoredObject> found = store.findObject(bucket, key);
    if (found.isEmpty() || isOneFile(found.get())) {
      return found.map(this::fileOf);
    }
    assembling.lock();
    try {
      found = store.findObject(bucket, key);
      while (found.isPresent() && !isOneFile(found.get())) {
        assemble(bucket, found.get());
        found = store.findObject(bucket, key);
      }
      return found.map(this::fileOf);
    } finally {
      assembling.unlock();
    }
  }

  private static boolean isOneFile(StoredObject object) {
    List<Segment> segments = object.content().segments();
    return segments.size() == 1 && segments.getFirst().offset() == 0;
  }

  private Path fileOf(StoredObject object) {
    Segment only = object.content().segments().getFirst();
    try {
      blobs.cutOffBehind(only); // a crash may have come before who completed the upload did it
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return blobs.path(only.id());
  }

  /** Puts the bytes of an object into one file, unless it is replaced meanwhile. */
  private void assemble(String bucket, StoredObject object) {
    List<Segment> parts = object.content().segments();
    if (!blobs.hold(parts)) {
      if (index.read(() -> store.findSame(bucket, object)).isPresent()) {
        throw Store.bytesAreGone(bucket, object.key());
      }
      return; // it was replaced since
    }
    try {
      Segment joined = blobs.join(parts);
      Content whole =
          new Content(object.size(), object.etag(), List.of(joined), object.content().parts());
      boolean replaced =
          index.change(() -> {
            Optional<StoredObject> now = store.findSame(bucket, object);
            now.ifPresent(there -> buckets.objects(bucket).replace(there, there.with(whole)));
            return now.isPresent();
          });
      blobs.delete(replaced ? parts : whole.segments());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      blobs.release(parts);
    }
  }
}
