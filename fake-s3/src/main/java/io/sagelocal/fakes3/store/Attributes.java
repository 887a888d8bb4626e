package io.sagelocal.fakes3.store;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is kept beside the bytes.
 *
 * @param headers given back as they came, {@code x-amz-meta-…} among them; names in lower case
 * @param tags by key, in its order
 */
public record Attributes(
    Map<String, String> headers, Map<String, String> tags, Optional<ObjectChecksum> checksum) {
  public static final Attributes NONE = new Attributes(Map.of(), Map.of(), Optional.empty());

  public Attributes {
    headers = Collections.unmodifiableMap(new TreeMap<>(headers));
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  public Attributes withTags(Map<String, String> other) {
    return new Attributes(headers, other, checksum);
  }

  public Attributes withChecksum(Optional<ObjectChecksum> other) {
    return new Attributes(headers, tags, other);
  }
}
