package io.sagelocal.embedded;

import io.sagelocal.fakes3.store.Attributes;
import io.sagelocal.fakes3.store.Bucket;
import io.sagelocal.fakes3.store.Buckets;
import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.Listing;
import io.sagelocal.fakes3.store.Precondition;
import io.sagelocal.fakes3.store.Reading;
import io.sagelocal.fakes3.store.Store;
import io.sagelocal.fakes3.store.StoreException;
import io.sagelocal.fakes3.store.StoredObject;
import io.sagelocal.objects.ObjectBytes;
import io.sagelocal.objects.ObjectChangedException;
import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectProperties;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Objects in the store of this very process. */
public final class EmbeddedObjectStore implements ObjectStore {
  private static final int PAGE = 1000;
  private static final Set<ErrorCode> NOT_THERE =
      EnumSet.of(ErrorCode.NO_SUCH_BUCKET, ErrorCode.NO_SUCH_KEY, ErrorCode.NO_SUCH_VERSION);

  private final Store store;

  /** What its writes say of an object. */
  private final Attributes attributes;

  public EmbeddedObjectStore(Store store) {
    this(store, Attributes.NONE);
  }

  private EmbeddedObjectStore(Store store, Attributes attributes) {
    this.store = store;
    this.attributes = attributes;
  }

  @Override
  public boolean hasBucket(String bucket) {
    return store.buckets().find(bucket).isPresent();
  }

  @Override
  public void createBucket(String bucket) {
    try {
      if (!hasBucket(bucket)) {
        store.buckets().create(bucket, Buckets.DEFAULT_REGION);
      }
    } catch (StoreException e) {
      throw failed("making bucket " + bucket, e);
    }
  }

  @Override
  public List<String> buckets() {
    return store.buckets().list().stream().map(Bucket::name).toList();
  }

  @Override
  public void deleteBucket(String bucket) {
    try {
      List<Listing.Version> left;
      do {
        left = store.listVersions(bucket, new Listing("", "", "", PAGE), "").versions();
        for (Listing.Version one : left) {
          store.delete(
              bucket, one.object().key(), Optional.of(one.object().version()), Precondition.NONE);
        }
      } while (!left.isEmpty());
      store.deleteBucket(bucket);
    } catch (StoreException e) {
      if (!NOT_THERE.contains(e.code())) {
        throw failed("deleting bucket " + bucket, e);
      }
    }
  }

  @Override
  public void list(S3Uri prefix, Consumer<ObjectInfo> each) {
    Optional<String> after = Optional.of("");
    while (after.isPresent()) {
      Listing listing = new Listing(prefix.key(), "", after.get(), PAGE);
      Listing.Page page = asked(prefix, () -> store.list(prefix.bucket(), listing));
      page.objects()
          .forEach(object -> each.accept(info(new S3Uri(prefix.bucket(), object.key()), object)));
      after = page.next();
    }
  }

  @Override
  public Optional<ObjectInfo> find(S3Uri uri) {
    return store.findObject(uri.bucket(), uri.key()).map(object -> info(uri, object));
  }

  @Override
  public InputStream read(S3Uri uri) {
    return read(uri, 0, Long.MAX_VALUE);
  }

  @Override
  public InputStream read(S3Uri uri, long offset, long length) {
    Reading reading = asked(uri, () -> store.read(uri.bucket(), uri.key(), Optional.empty()));
    long left = Math.max(0, reading.object().size() - offset);
    return reading.stream(offset, Math.min(length, left));
  }

  @Override
  public InputStream read(ObjectInfo seen, long offset, long length) {
    S3Uri uri = seen.uri();
    Reading reading = asked(uri, () -> store.read(uri.bucket(), uri.key(), Optional.empty()));
    if (!info(uri, reading.object()).equals(seen)) {
      reading.close();
      throw new ObjectChangedException(uri);
    }
    return reading.stream(offset, length);
  }

  @Override
  public ObjectProperties properties(S3Uri uri) {
    Attributes attributes =
        asked(uri, () -> store.requireObject(uri.bucket(), uri.key(), Optional.empty()))
            .attributes();
    return new ObjectProperties(attributes.headers(), attributes.tags());
  }

  @Override
  public void write(S3Uri uri, ObjectProperties properties, ObjectBytes bytes) throws IOException {
    Map<String, String> headers = new TreeMap<>(attributes.headers());
    headers.putAll(properties.headers());
    Attributes all = new Attributes(headers, properties.tags(), Optional.empty());
    try {
      store.write(uri.bucket(), uri.key(), all, bytes::writeTo);
    } catch (StoreException e) {
      throw translated(uri, e);
    }
  }

  @Override
  public void write(S3Uri uri, Path file) {
    try {
      write(uri, out -> Files.copy(file, out));
    } catch (IOException e) {
      throw new ObjectStoreException(
          "writing %s from %s failed: %s".formatted(uri, file, e.getMessage()), e);
    }
  }

  /** Objects are said to be encrypted, as they are of any other client that asks for it. */
  @Override
  public Optional<ObjectStore> encryptingWith(String kmsKeyId) {
    Map<String, String> headers =
        Map.of(
            "x-amz-server-side-encryption",
            "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id",
            kmsKeyId);
    return Optional.of(
        new EmbeddedObjectStore(store, new Attributes(headers, Map.of(), Optional.empty())));
  }

  @Override
  public void delete(S3Uri uri) {
    try {
      store.delete(uri.bucket(), uri.key(), Optional.empty(), Precondition.NONE);
    } catch (StoreException e) {
      if (!NOT_THERE.contains(e.code())) {
        throw failed("deleting " + uri, e);
      }
    }
  }

  @Override
  public Optional<Path> localFile(S3Uri uri) {
    try {
      return store.file(uri.bucket(), uri.key());
    } catch (UncheckedIOException | StoreException e) {
      throw new ObjectStoreException("reading %s failed: %s".formatted(uri, e.getMessage()), e);
    }
  }

  private static ObjectInfo info(S3Uri uri, StoredObject object) {
    return new ObjectInfo(uri, object.size(), object.etag());
  }

  private static <V> V asked(S3Uri uri, Supplier<V> question) {
    try {
      return question.get();
    } catch (StoreException e) {
      throw translated(uri, e);
    }
  }

  private static ObjectStoreException translated(S3Uri uri, StoreException e) {
    return NOT_THERE.contains(e.code())
        ? new ObjectNotFoundException(uri)
        : failed("using " + uri, e);
  }

  private static ObjectStoreException failed(String what, StoreException e) {
    return new ObjectStoreException(what + " failed: " + e.getMessage(), e);
  }
}
