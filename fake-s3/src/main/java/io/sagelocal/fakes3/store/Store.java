package io.sagelocal.fakes3.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.h2.mvstore.MVMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Buckets and objects in a folder. Every change is on record when its call returns and survives the
 * process; bytes are written first, so that a record never speaks of bytes that are not there.
 */
public final class Store implements AutoCloseable {
  private static final int MAX_KEY_BYTES = 1024;
  private static final String RUNS = "runs";

  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Clock clock;
  private final Index index;
  private final Blobs blobs;
  private final Buckets buckets;
  private final Uploads uploads;
  private final WholeFiles wholeFiles;
  private final Thread sweeper =
      Thread.ofPlatform().name("s3-sweep").daemon().unstarted(this::sweep);

  private Store(Clock clock, Index index, Blobs blobs) {
    this.clock = clock;
    this.index = index;
    this.blobs = blobs;
    this.buckets = new Buckets(index, clock);
    this.uploads = new Uploads(buckets, index, blobs, clock);
    this.wholeFiles = new WholeFiles(this, buckets, index, blobs);
  }

  /**
   * Opens the store of a folder, which is made when it is not there.
   *
   * @throws IOException when the folder cannot be used, or another process uses it
   */
  public static Store open(Path folder, Clock clock) throws IOException {
    Files.createDirectories(folder);
    Path real = folder.toRealPath();
    Index index = Index.open(real.resolve("index.mv"));
    Blobs blobs = new Blobs(real.resolve("blobs"), index.change(() -> nextRun(index)));
    Store store = new Store(clock, index, blobs);
    store.sweeper.start();
    return store;
  }

  private static int nextRun(Index index) {
    MVMap<String, byte[]> runs = index.table(RUNS);
    int run = runs.isEmpty() ? 1 : Integer.parseInt(runs.lastKey()) + 1;
    runs.clear();
    runs.put(String.valueOf(run), new byte[0]);
    return run;
  }

  public Buckets buckets() {
    return buckets;
  }

  /** Multipart uploads. */
  public Uploads uploads() {
    return uploads;
  }

  public Clock clock() {
    return clock;
  }

  /**
   * Deletes an empty bucket, and what was begun to be uploaded to it.
   *
   * @throws StoreException NoSuchBucket, or BucketNotEmpty
   */
  public void deleteBucket(String name) {
    List<Segment> garbage =
        index.change(() -> {
          BucketObjects objects = buckets.objects(buckets.requireInChange(name));
          if (!objects.isEmpty()) {
            throw new StoreException(
                ErrorCode.BUCKET_NOT_EMPTY, "The bucket you tried to delete is not empty: " + name);
          }
          buckets.remove(name);
          objects.drop();
          return uploads.removeOf(name);
        });
    blobs.delete(garbage);
  }

  /** A new file for bytes. */
  public NewBlob newBlob() throws IOException {
    return blobs.newBlob();
  }

  /** Writes the bytes of an object, all or none. */
  @FunctionalInterface
  public interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Makes an object of what is written; when the writing fails nothing is changed.
   *
   * @throws StoreException as {@link #put}
   */
  public StoredObject write(String bucket, String key, Attributes attributes, Body body)
      throws IOException {
    requireKey(key);
    buckets.require(bucket);
    NewBlob blob = newBlob();
    try (SummingOutput out = new SummingOutput(blob.out())) {
      body.writeTo(out);
      out.flush();
      Content content =
          new Content(out.size(), out.md5(), List.of(blob.segment(out.size())), List.of());
      return put(bucket, key, content, attributes, Precondition.NONE);
    } catch (IOException | RuntimeException e) {
      blob.discard();
      throw e;
    }
  }

  /**
   * Makes content that is written already an object. When it is refused the content's files are
   * deleted.
   *
   * @throws StoreException NoSuchBucket, KeyTooLongError, InvalidArgument, or what the precondition
   *     says
   */
  public StoredObject put(
      String bucket, String key, Content content, Attributes attributes, Precondition condition) {
    try {
      requireKey(key);
      BucketObjects.Change change =
          index.change(() -> {
            BucketObjects objects = buckets.objects(buckets.requireInChange(bucket));
            condition.check(objects.current(key));
            return objects.put(key, content, attributes, blobs.number(), clock.instant());
          });
      blobs.delete(change.garbage());
      return change.object();
    } catch (RuntimeException e) {
      blobs.delete(content.segments());
      throw e;
    }
  }

  /** Checks that a key can be one. */
  public static void requireKey(String key) {
    if (key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
      throw new StoreException(
          ErrorCode.KEY_TOO_LONG,
          "Your key is too long: a key may have %d bytes".formatted(MAX_KEY_BYTES));
    }
    if (key.isEmpty() || key.indexOf('\0') >= 0) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT,
          "Key \"%s\" is not allowed: it must not be empty or hold a NUL character".formatted(key));
    }
  }

  /** The current object; empty when it or its bucket is not there. */
  public Optional<StoredObject> findObject(String bucket, String key) {
    return index.read(() ->
        buckets.get(bucket).isEmpty() ? Optional.empty() : buckets.objects(bucket).current(key));
  }

  /**
   * An object that must be there; a version of it where one is named.
   *
   * @throws StoreException NoSuchBucket, NoSuchKey, NoSuchVersion, or MethodNotAllowed when the
   *     version is a delete marker
   */
  public StoredObject requireObject(String bucket, String key, Optional<String> version) {
    return index.read(() -> {
      buckets.requireInChange(bucket);
      BucketObjects objects = buckets.objects(bucket);
      return version.isPresent()
          ? objects.require(bucket, key, version.get())
          : objects.current(key).orElseThrow(() -> StoreException.noSuchKey(bucket, key));
    });
  }

  /**
   * Deletes an object, as the bucket's versioning has it; one that is not there is fine.
   *
   * @param version the version to delete for good; empty for the current one
   */
  public Optional<StoredObject> delete(
      String bucket, String key, Optional<String> version, Precondition condition) {
    BucketObjects.Deletion deletion =
        index.change(() -> {
          BucketObjects objects = buckets.objects(buckets.requireInChange(bucket));
          condition.check(objects.current(key));
          return version.isPresent()
              ? objects.deleteVersion(key, version.get())
              : objects.delete(key, blobs.number(), clock.instant());
        });
    blobs.delete(deletion.garbage());
    return deletion.deleted();
  }

  /** Replaces an object's tags. */
  public StoredObject setTags(
      String bucket, String key, Optional<String> version, Map<String, String> tags) {
    return index.change(() -> {
      BucketObjects objects = buckets.objects(buckets.requireInChange(bucket));
      StoredObject there =
          version.isPresent()
              ? objects.require(bucket, key, version.get())
              : objects.current(key).orElseThrow(() -> StoreException.noSuchKey(bucket, key));
      return objects.replace(there, there.with(there.attributes().withTags(tags)));
    });
  }

  /** A page of a list. */
  public Listing.Page list(String bucket, Listing listing) {
    return index.read(() -> listing.page(buckets.objects(buckets.requireInChange(bucket))));
  }

  /** A page of a list of versions. */
  public Listing.Versions listVersions(String bucket, Listing listing, String versionMarker) {
    return index.read(
        () -> listing.versions(buckets.objects(buckets.requireInChange(bucket)), versionMarker));
  }

  /**
   * Copies the bytes of an object without reading them, where the disk can give a second name; they
   * are nobody's until they are put.
   */
  public Content duplicate(Reading source) throws IOException {
    Content content = source.object().content();
    Map<Long, Long> copies = new HashMap<>();
    List<Segment> segments = new ArrayList<>();
    try {
      for (Segment segment : content.segments()) {
        if (!copies.containsKey(segment.id())) {
          copies.put(segment.id(), blobs.duplicate(segment.id()));
        }
        segments.add(new Segment(copies.get(segment.id()), segment.offset(), segment.length()));
      }
    } catch (IOException | RuntimeException e) {
      blobs.delete(segments);
      throw e;
    }
    return new Content(content.size(), content.etag(), segments, content.parts());
  }

  /**
   * Opens the current object's bytes, or a version's.
   *
   * @throws StoreException as {@link #requireObject}
   */
  public Reading read(String bucket, String key, Optional<String> version) {
    while (true) {
      StoredObject object = requireObject(bucket, key, version);
      if (blobs.hold(object.content().segments())) {
        return new Reading(object, blobs);
      } // else it was replaced since; the next look finds what replaced it
      if (index.read(() -> findSame(bucket, object)).isEmpty()) {
        continue;
      }
      throw bytesAreGone(bucket, key);
    }
  }

  static StoreException bytesAreGone(String bucket, String key) {
    return new StoreException(
        ErrorCode.INTERNAL_ERROR,
        "the bytes of \"%s\" in bucket %s are gone from the disk".formatted(key, bucket));
  }

  /**
   * To be used inside a change or a reading: the object as it is now, if it still has these bytes.
   */
  Optional<StoredObject> findSame(String bucket, StoredObject object) {
    return buckets
        .objects(bucket)
        .find(object.key(), object.version())
        .filter(there -> there.content().equals(object.content()));
  }

  /**
   * The one file that holds an object's bytes now, for reading only; it may be deleted when the
   * object is replaced. Parts that do not lie one behind the other in one file are put together
   * first.
   */
  public Optional<Path> file(String bucket, String key) {
    return wholeFiles.of(bucket, key);
  }

  @Override
  public void close() {
    try {
      sweeper.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it finds the index closed then, and says so
    }
    index.close();
  }

  private void sweep() {
    try {
      Set<Long> used =
          index.read(() -> {
            Set<Long> ids = new HashSet<>(uploads.usedSegments());
            buckets
                .all()
                .forEach(bucket -> ids.addAll(buckets.objects(bucket.name()).usedSegments()));
            return ids;
          });
      blobs.sweep(used);
    } catch (IOException | RuntimeException e) {
      log.warn("what an earlier run left could not be removed: {}", e.getMessage());
    }
  }
}
