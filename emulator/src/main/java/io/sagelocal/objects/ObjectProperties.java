package io.sagelocal.objects;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an object has beside its bytes.
 *
 * @param headers its content type, other headers that are given back with it, and its metadata
 *     ({@code x-amz-meta-…}); names in lower case
 * @param tags by key
 */
public record ObjectProperties(Map<String, String> headers, Map<String, String> tags) {
  public static final ObjectProperties NONE = new ObjectProperties(Map.of(), Map.of());

  /** What the headers of metadata begin with. */
  public static final String METADATA = "x-amz-meta-";

  private static final Set<String> HEADERS =
      Set.of(
          "cache-control",
          "content-disposition",
          "content-encoding",
          "content-language",
          "content-type",
          "expires");

  /** Keeps those headers that are an object's own. */
  public ObjectProperties {
    Map<String, String> own = new TreeMap<>();
    headers.forEach((name, value) -> {
      String lower = name.toLowerCase(Locale.ROOT);
      if (HEADERS.contains(lower) || lower.startsWith(METADATA)) {
        own.put(lower, value);
      }
    });
    headers = Collections.unmodifiableMap(own);
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }
}
