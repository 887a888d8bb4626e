package io.sagelocal.fakes3.store;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Which keys of a bucket to list.
 *
 * @param delimiter keys that hold it behind the prefix are told once, up to it; empty for none
 * @param after only what comes behind this key or common prefix; empty for all
 * @param limit most keys and common prefixes on a page
 */
public record Listing(String prefix, String delimiter, String after, int limit) {
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

  /**
   * A page.
   *
   * @param next what comes after this page begins behind it; empty when nothing does
   */
  public record Page(
      List<StoredObject> objects, List<String> commonPrefixes, Optional<String> next) {}

  /**
   * A version as a list shows it.
   *
   * @param latest whether it is what a client gets who names no version
   */
  public record Version(StoredObject object, boolean latest) {}

  /** A page of versions; the next begins behind this key and version. */
  public record Versions(
      List<Version> versions,
      List<String> commonPrefixes,
      Optional<String> nextKey,
      Optional<String> nextVersion) {}

  /** The common prefix that stands for a key in this list. */
  Optional<String> commonPrefix(String key) {
    if (delimiter.isEmpty()) {
      return Optional.empty();
    }
    int end = key.indexOf(delimiter, prefix.length());
    return end < 0 ? Optional.empty() : Optional.of(key.substring(0, end + delimiter.length()));
  }

  Page page(BucketObjects objects) {
    List<StoredObject> found = new ArrayList<>();
    List<String> prefixes = new ArrayList<>();
    String last = "";
    Iterator<StoredObject> rest = objects.from(first());
    while (rest.hasNext()) {
      StoredObject object = rest.next();
      String key = object.key();
      if (!key.startsWith(prefix)) {
        break;
      }
      if (key.equals(after)) {
        continue;
      }
      if (found.size() + prefixes.size() >= limit) {
        return new Page(found, prefixes, Optional.of(last).filter(one -> limit > 0));
      }
      Optional<String> common = commonPrefix(key);
      if (common.isPresent()) {
        last = common.get();
        prefixes.add(last);
        rest = objects.from(last + LAST); // past everything that it stands for
      } else {
        last = key;
        found.add(object);
      }
    }
    return new Page(found, prefixes, Optional.empty());
  }

  Versions versions(BucketObjects objects, String versionMarker) {
    List<Version> found = new ArrayList<>();
    List<String> prefixes = new ArrayList<>();
    String lastKey = "";
    String lastVersion = "";
    Optional<String> next = objects.keyWithVersions(first());
    while (next.isPresent() && next.get().startsWith(prefix)) {
      String key = next.get();
      Optional<String> common = commonPrefix(key);
      List<StoredObject> versions =
          common.isPresent() ? List.of() : behind(objects, key, versionMarker);
      for (StoredObject version : versions) {
        if (found.size() + prefixes.size() >= limit) {
          return new Versions(found, prefixes, Optional.of(lastKey), Optional.of(lastVersion));
        }
        boolean latest = version.equals(objects.versions(key).getFirst());
        found.add(new Version(version, latest));
        lastKey = key;
        lastVersion = version.version();
      }
      if (common.isPresent()) {
        if (found.size() + prefixes.size() >= limit) {
          return new Versions(found, prefixes, Optional.of(lastKey), Optional.of(lastVersion));
        }
        prefixes.add(common.get());
        lastKey = common.get();
        lastVersion = "";
      }
      next = objects.keyWithVersions(common.map(one -> one + LAST).orElse(key + '\u0001'));
    }
    return new Versions(found, prefixes, Optional.empty(), Optional.empty());
  }

  /** The versions of a key that this page may show: all, or those behind the marker. */
  private List<StoredObject> behind(BucketObjects objects, String key, String versionMarker) {
    List<StoredObject> all = objects.versions(key);
    if (!key.equals(after)) {
      return all;
    }
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).version().equals(versionMarker)) {
        return all.subList(i + 1, all.size());
      }
    }
    return List.of();
  }

  /** Where to begin: behind a common prefix means behind everything that it stands for. */
  private String first() {
    boolean isPrefix =
        !delimiter.isEmpty()
            && after.startsWith(prefix)
            && after.length() > prefix.length()
            && after.endsWith(delimiter);
    String behind = isPrefix ? after + LAST : after;
    return KeyOrder.KEYS.compare(behind, prefix) > 0 ? behind : prefix;
  }
}
