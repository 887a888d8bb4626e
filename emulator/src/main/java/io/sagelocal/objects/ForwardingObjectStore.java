package io.sagelocal.objects;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Another store, all of it; to be overridden in parts. */
public abstract class ForwardingObjectStore implements ObjectStore {
  private final ObjectStore objects;

  protected ForwardingObjectStore(ObjectStore objects) {
    this.objects = objects;
  }

  @Override
  public boolean hasBucket(String bucket) {
    return objects.hasBucket(bucket);
  }

  @Override
  public List<String> buckets() {
    return objects.buckets();
  }

  @Override
  public void createBucket(String bucket) {
    objects.createBucket(bucket);
  }

  @Override
  public void list(S3Uri prefix, Consumer<ObjectInfo> each) {
    objects.list(prefix, each);
  }

  @Override
  public Optional<ObjectInfo> find(S3Uri uri) {
    return objects.find(uri);
  }

  @Override
  public InputStream read(S3Uri uri) {
    return objects.read(uri);
  }

  @Override
  public InputStream read(S3Uri uri, long offset, long length) {
    return objects.read(uri, offset, length);
  }

  @Override
  public InputStream read(ObjectInfo seen, long offset, long length) {
    return objects.read(seen, offset, length);
  }

  @Override
  public ObjectProperties properties(S3Uri uri) {
    return objects.properties(uri);
  }

  @Override
  public void write(S3Uri uri, ObjectProperties properties, ObjectBytes bytes) throws IOException {
    objects.write(uri, properties, bytes);
  }

  @Override
  public void write(S3Uri uri, Path file) {
    objects.write(uri, file);
  }

  @Override
  public Optional<ObjectStore> encryptingWith(String kmsKeyId) {
    return objects.encryptingWith(kmsKeyId);
  }

  @Override
  public void delete(S3Uri uri) {
    objects.delete(uri);
  }

  @Override
  public Optional<Path> localFile(S3Uri uri) {
    return objects.localFile(uri);
  }

  @Override
  public void deleteBucket(String bucket) {
    objects.deleteBucket(bucket);
  }

  @Override
  public Optional<Path> keptFile(S3Uri uri, Optional<ObjectInfo> seen) throws IOException {
    return objects.keptFile(uri, seen);
  }
}
