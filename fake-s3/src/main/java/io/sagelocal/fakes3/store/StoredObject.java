package io.sagelocal.fakes3.store;

import java.time.Instant;

/**
 * A version of an object, or a mark that it was deleted.
 *
 * @param version {@code null} in letters where the bucket keeps no versions
 * @param sequence larger for what came later
 * @param marker whether this marks a deletion and has no content
 */
public record StoredObject(
    String key,
    String version,
    long sequence,
    Instant modified,
    Content content,
    Attributes attributes,
    boolean marker) {
  static final String NO_VERSION = "null";

  public long size() {
    return content.size();
  }

  public String etag() {
    return content.etag();
  }

  StoredObject with(Content other) {
    return new StoredObject(key, version, sequence, modified, other, attributes, marker);
  }

  StoredObject with(Attributes other) {
    return new StoredObject(key, version, sequence, modified, content, other, marker);
  }
}
