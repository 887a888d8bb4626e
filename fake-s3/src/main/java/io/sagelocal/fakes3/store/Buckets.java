package io.sagelocal.fakes3.store;

import io.sagelocal.fakes3.store.Bucket.Versioning;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** The buckets of a store. */
public final class Buckets {
  /** Where a bucket is when nothing else was said. */
  public static final String DEFAULT_REGION = "us-east-1";

  private static final Pattern BUCKET_NAME =
      Pattern.compile("(?!\\d+\\.\\d+\\.\\d+\\.\\d+$)(?!.*\\.\\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final String BUCKETS = "buckets";

  private final Index index;
  private final Clock clock;

  Buckets(Index index, Clock clock) {
    this.index = index;
    this.clock = clock;
  }

  /** Every bucket, by name. */
  public List<Bucket> list() {
    return index.read(this::all);
  }

  public Optional<Bucket> find(String name) {
    return index.read(() -> get(name));
  }

  /**
   * A bucket that must be there.
   *
   * @throws StoreException NoSuchBucket
   */
  public Bucket require(String name) {
    return find(name).orElseThrow(() -> StoreException.noSuchBucket(name));
  }

  /**
   * Makes a bucket. One that is there already is fine where S3 thinks so: in us-east-1.
   *
   * @throws StoreException InvalidBucketName, or BucketAlreadyOwnedByYou
   */
  public Bucket create(String name, String region) {
    if (!BUCKET_NAME.matcher(name).matches()) {
      throw new StoreException(
          ErrorCode.INVALID_BUCKET_NAME,
          ("The specified bucket is not valid: \"%s\"; 3 to 63 lower-case letters, digits, dots and"
                  + " hyphens are allowed")
              .formatted(name));
    }
    return index.change(() -> {
      Bucket there = get(name).orElse(null);
      if (there == null) {
        return put(new Bucket(name, region, clock.instant(), Versioning.NEVER, Map.of()));
      }
      if (!there.region().equals(DEFAULT_REGION)) {
        throw new StoreException(
            ErrorCode.BUCKET_ALREADY_OWNED_BY_YOU,
            "Your previous request to create bucket %s succeeded and you already own it"
                .formatted(name));
      }
      return there;
    });
  }

  public void setVersioning(String bucket, Versioning versioning) {
    change(bucket, there -> there.with(versioning));
  }

  public void setTags(String bucket, Map<String, String> tags) {
    change(bucket, there -> there.withTags(tags));
  }

  private void change(String name, UnaryOperator<Bucket> change) {
    index.change(
        () -> put(change.apply(get(name).orElseThrow(() -> StoreException.noSuchBucket(name)))));
  }

  private Bucket put(Bucket bucket) {
    index.table(BUCKETS).put(bucket.name(), Codec.bucket(bucket));
    return bucket;
  }

  /** To be used inside a change or a reading, as all below. */
  List<Bucket> all() {
    return index.table(BUCKETS).entrySet().stream().map(e -> Codec.bucket(e.getValue())).toList();
  }

  Optional<Bucket> get(String name) {
    return Optional.ofNullable(index.table(BUCKETS).get(name)).map(Codec::bucket);
  }

  /** The name of a bucket that must be there. */
  String requireInChange(String name) {
    if (get(name).isEmpty()) {
      throw StoreException.noSuchBucket(name);
    }
    return name;
  }

  /** What is in a bucket; nothing in one that is not there. */
  BucketObjects objects(String name) {
    return new BucketObjects(
        index, name, get(name).map(Bucket::versioning).orElse(Versioning.NEVER));
  }

  void remove(String name) {
    index.table(BUCKETS).remove(name);
  }
}
