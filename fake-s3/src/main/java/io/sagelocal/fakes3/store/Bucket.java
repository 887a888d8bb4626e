package io.sagelocal.fakes3.store;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** A bucket, without its objects. */
public record Bucket(
    String name, String region, Instant created, Versioning versioning, Map<String, String> tags) {

  /** Whether a bucket keeps what is overwritten or deleted. */
  public enum Versioning {
    NEVER,
    ENABLED,
    SUSPENDED
  }

  public Bucket {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  Bucket with(Versioning other) {
    return new Bucket(name, region, created, other, tags);
  }

  Bucket withTags(Map<String, String> other) {
    return new Bucket(name, region, created, versioning, other);
  }
}
