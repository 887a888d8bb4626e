package io.sagelocal.fakes3.store;

import io.sagelocal.fakes3.store.Bucket.Versioning;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.h2.mvstore.MVMap;

/**
 * The objects of one bucket. One table has the current ones; a second has, where the bucket keeps
 * versions, what came before them and the delete markers, newest first under each key. To be used
 * inside a change or a reading of the index.
 */
final class BucketObjects {
  private static final char SEPARATOR = '\0'; // no key holds it

  private final Index index;
  private final String bucket;
  private final Versioning versioning;
  private final MVMap<String, byte[]> current;
  private final MVMap<String, byte[]> older;

  BucketObjects(Index index, String bucket, Versioning versioning) {
    this.index = index;
    this.bucket = bucket;
    this.versioning = versioning;
    this.current = index.table("objects/" + bucket);
    this.older = index.table("versions/" + bucket);
  }

  /** What a put made, and which files became nobody's. */
  record Change(StoredObject object, List<Segment> garbage) {}

  /** What a delete removed, or the marker it left; and which files became nobody's. */
  record Deletion(Optional<StoredObject> deleted, List<Segment> garbage) {}

  boolean isEmpty() {
    return current.isEmpty() && older.isEmpty();
  }

  void drop() {
    index.drop("objects/" + bucket);
    index.drop("versions/" + bucket);
  }

  Optional<StoredObject> current(String key) {
    return Optional.ofNullable(current.get(key)).map(Codec::object);
  }

  Optional<StoredObject> find(String key, String version) {
    return current(key)
        .filter(object -> object.version().equals(version))
        .or(() -> older(key).stream().filter(o -> o.version().equals(version)).findAny());
  }

  StoredObject require(String bucketName, String key, String version) {
    StoredObject found =
        find(key, version)
            .orElseThrow(() ->
                new StoreException(
                    ErrorCode.NO_SUCH_VERSION,
                    "The specified version does not exist: %s of \"%s\" in bucket %s"
                        .formatted(version, key, bucketName)));
    if (found.marker()) {
      throw new StoreException(
          ErrorCode.METHOD_NOT_ALLOWED,
          "Version %s of \"%s\" is a delete marker, which can only be deleted"
              .formatted(version, key));
    }
    return found;
  }

  /** Keys from the given one on, with their current objects. */
  Iterator<StoredObject> from(String key) {
    var cursor = current.cursor(key);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return cursor.hasNext();
      }

      @Override
      public StoredObject next() {
        cursor.next();
        return Codec.object(cursor.getValue());
      }
    };
  }

  /** The first key at or behind the given one that has any version. */
  Optional<String> keyWithVersions(String key) {
    String first = current.ceilingKey(key);
    String second = older.ceilingKey(key);
    if (second != null) {
      second = second.substring(0, second.indexOf(SEPARATOR));
    }
    if (first == null || second == null) {
      return Optional.ofNullable(first == null ? second : first);
    }
    return Optional.of(KeyOrder.KEYS.compare(first, second) <= 0 ? first : second);
  }

  /** Every version of a key and its markers, the latest first. */
  List<StoredObject> versions(String key) {
    List<StoredObject> all = new ArrayList<>();
    current(key).ifPresent(all::add);
    all.addAll(older(key));
    return all;
  }

  Change put(String key, Content content, Attributes attributes, long sequence, Instant now) {
    List<Segment> garbage = setAside(key);
    StoredObject object =
        new StoredObject(key, newVersion(), sequence, now, content, attributes, false);
    current.put(key, Codec.object(object));
    return new Change(object, garbage);
  }

  Deletion delete(String key, long sequence, Instant now) {
    if (versioning == Versioning.NEVER) {
      Optional<StoredObject> there = current(key);
      current.remove(key);
      return new Deletion(
          there, there.map(object -> object.content().segments()).orElse(List.of()));
    }
    List<Segment> garbage = setAside(key);
    StoredObject marker =
        new StoredObject(
            key,
            newVersion(),
            sequence,
            now,
            new Content(0, "", List.of(), List.of()),
            Attributes.NONE,
            true);
    older.put(name(marker), Codec.object(marker));
    return new Deletion(Optional.of(marker), garbage);
  }

  Deletion deleteVersion(String key, String version) {
    Optional<StoredObject> found = find(key, version);
    if (found.isEmpty()) {
      return new Deletion(found, List.of());
    }
    if (current.get(key) != null && current(key).equals(found)) {
      current.remove(key);
    } else {
      older.remove(name(found.get()));
    }
    if (current.get(key) == null) {
      older(key).stream()
          .findFirst()
          .filter(latest -> !latest.marker())
          .ifPresent(latest -> {
            older.remove(name(latest));
            current.put(key, Codec.object(latest));
          });
    }
    return new Deletion(found, found.get().content().segments());
  }

  StoredObject replace(StoredObject before, StoredObject after) {
    if (current(before.key()).filter(now -> now.version().equals(before.version())).isPresent()) {
      current.put(after.key(), Codec.object(after));
    } else {
      older.put(name(after), Codec.object(after));
    }
    return after;
  }

  Set<Long> usedSegments() {
    Set<Long> ids = new HashSet<>();
    for (MVMap<String, byte[]> table : List.of(current, older)) {
      for (Map.Entry<String, byte[]> one : table.entrySet()) {
        Codec.object(one.getValue()).content().segments().forEach(segment -> ids.add(segment.id()));
      }
    }
    return ids;
  }

  /** Makes room for a new latest version; answers the files of what is not kept. */
  private List<Segment> setAside(String key) {
    List<Segment> garbage = new ArrayList<>();
    if (versioning != Versioning.ENABLED) {
      older(key).stream()
          .filter(object -> object.version().equals(StoredObject.NO_VERSION))
          .forEach(object -> {
            older.remove(name(object));
            garbage.addAll(object.content().segments());
          });
    }
    Optional<StoredObject> before = current(key);
    if (before.isPresent()) {
      current.remove(key);
      if (versioning != Versioning.ENABLED
          && before.get().version().equals(StoredObject.NO_VERSION)) {
        garbage.addAll(before.get().content().segments());
      } else {
        older.put(name(before.get()), Codec.object(before.get()));
      }
    }
    return garbage;
  }

  private String newVersion() {
    return versioning == Versioning.ENABLED
        ? UUID.randomUUID().toString().replace("-", "")
        : StoredObject.NO_VERSION;
  }

  private List<StoredObject> older(String key) {
    List<StoredObject> found = new ArrayList<>();
    String prefix = key + SEPARATOR;
    var cursor = older.cursor(prefix);
    while (cursor.hasNext() && cursor.next().startsWith(prefix)) {
      found.add(Codec.object(cursor.getValue()));
    }
    return found;
  }

  private static String name(StoredObject object) {
    return object.key() + SEPARATOR + HexFormat.of().toHexDigits(~object.sequence());
  }
}
