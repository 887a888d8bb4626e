package io.sagelocal.objects;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/** Objects in memory. */
public final class FakeObjectStore implements ObjectStore {
  private final Set<String> buckets = ConcurrentHashMap.newKeySet();
  private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final Map<S3Uri, ObjectProperties> properties = new ConcurrentHashMap<>();
  private final Map<String, Path> files = new ConcurrentHashMap<>();

  /** Puts an object, and its bucket where it is missing. */
  public FakeObjectStore put(String uri, String text) {
    return put(uri, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Puts an object, and its bucket where it is missing. */
  public FakeObjectStore put(String uri, byte[] bytes) {
    buckets.add(S3Uri.parse(uri).bucket());
    objects.put(uri, bytes.clone());
    return this;
  }

  /** Says that an object's bytes are a file. */
  public FakeObjectStore file(String uri, Path file) {
    files.put(uri, file);
    return this;
  }

  @Override
  public boolean hasBucket(String bucket) {
    return buckets.contains(bucket);
  }

  @Override
  public void createBucket(String bucket) {
    buckets.add(bucket);
  }

  @Override
  public List<String> buckets() {
    return buckets.stream().sorted().toList();
  }

  @Override
  public void deleteBucket(String bucket) {
    buckets.remove(bucket);
    objects.keySet().removeIf(uri -> uri.startsWith("s3://" + bucket + "/"));
  }

  @Override
  public void list(S3Uri prefix, Consumer<ObjectInfo> each) {
    requireBucket(prefix);
    List<String> uris =
        objects.keySet().stream().filter(uri -> uri.startsWith(prefix.toString())).toList();
    for (String uri : uris) {
      find(S3Uri.parse(uri)).ifPresent(each);
    }
  }

  @Override
  public Optional<ObjectInfo> find(S3Uri uri) {
    return Optional.ofNullable(objects.get(uri.toString())).map(bytes -> info(uri, bytes));
  }

  private static ObjectInfo info(S3Uri uri, byte[] bytes) {
    return new ObjectInfo(uri, bytes.length, Integer.toHexString(Arrays.hashCode(bytes)));
  }

  @Override
  public InputStream read(S3Uri uri) {
    byte[] bytes = objects.get(uri.toString());
    if (bytes == null) {
      throw new ObjectNotFoundException(uri);
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public InputStream read(S3Uri uri, long offset, long length) {
    try (InputStream all = read(uri)) {
      all.skipNBytes(offset);
      return new ByteArrayInputStream(all.readNBytes((int) Math.min(length, Integer.MAX_VALUE)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public InputStream read(ObjectInfo seen, long offset, long length) {
    byte[] bytes = objects.get(seen.uri().toString());
    if (bytes == null) {
      throw new ObjectNotFoundException(seen.uri());
    }
    if (!info(seen.uri(), bytes).equals(seen)) {
      throw new ObjectChangedException(seen.uri());
    }
    return new ByteArrayInputStream(bytes, (int) offset, (int) length);
  }

  @Override
  public ObjectProperties properties(S3Uri uri) {
    if (find(uri).isEmpty()) {
      throw new ObjectNotFoundException(uri);
    }
    return properties.getOrDefault(uri, ObjectProperties.NONE);
  }

  @Override
  public void write(S3Uri uri, ObjectProperties beside, ObjectBytes bytes) throws IOException {
    requireBucket(uri);
    properties.put(uri, beside);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    bytes.writeTo(out);
    objects.put(uri.toString(), out.toByteArray());
  }

  @Override
  public void write(S3Uri uri, Path file) {
    requireBucket(uri);
    try {
      objects.put(uri.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<ObjectStore> encryptingWith(String kmsKeyId) {
    return Optional.of(this);
  }

  @Override
  public void delete(S3Uri uri) {
    objects.remove(uri.toString());
  }

  @Override
  public Optional<Path> localFile(S3Uri uri) {
    return Optional.ofNullable(files.get(uri.toString()));
  }

  private void requireBucket(S3Uri uri) {
    if (!buckets.contains(uri.bucket())) {
      throw new ObjectNotFoundException(uri);
    }
  }
}
