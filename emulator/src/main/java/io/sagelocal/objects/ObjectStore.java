package io.sagelocal.objects;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Objects in buckets. Every call may throw {@link ObjectStoreException} when the store cannot be
 * reached or refuses.
 */
public interface ObjectStore {

  /** Tells whether the bucket is there. */
  boolean hasBucket(String bucket);

  /** The names of all buckets. */
  List<String> buckets();

  /** Deletes a bucket with all that is in it, old versions too; a gone one is fine. */
  void deleteBucket(String bucket);

  /** Makes a bucket; one that is there is fine. */
  void createBucket(String bucket);

  /**
   * Hands over every object whose key starts with the prefix's key, in key order, page by page, so
   * that a long listing is never held whole.
   *
   * @throws ObjectNotFoundException when the bucket is not there
   */
  void list(S3Uri prefix, Consumer<ObjectInfo> each);

  /** Looks at one object; empty when it or its bucket is not there. */
  Optional<ObjectInfo> find(S3Uri uri);

  /**
   * Opens an object for reading; the caller closes it.
   *
   * @throws ObjectNotFoundException when it is not there
   */
  InputStream read(S3Uri uri);

  /**
   * Opens a stretch of an object for reading; the caller closes it.
   *
   * @param offset where it begins, in bytes
   * @param length in bytes, at least 1; a stretch that goes past the end is cut off there
   * @throws ObjectNotFoundException when the object is not there
   */
  InputStream read(S3Uri uri, long offset, long length);

  /**
   * Opens a stretch of an object as it was seen; the caller closes it.
   *
   * @param length at least 1; the stretch is within the object
   * @throws ObjectNotFoundException when the object is not there
   * @throws ObjectChangedException when it is another by now
   */
  InputStream read(ObjectInfo seen, long offset, long length);

  /**
   * What an object has beside its bytes.
   *
   * @throws ObjectNotFoundException when it is not there
   */
  ObjectProperties properties(S3Uri uri);

  /**
   * Writes an object from what is written to a stream, while it is written. It is there whole or
   * not at all.
   *
   * @throws ObjectNotFoundException when the bucket is not there
   * @throws IOException what the bytes' writer threw
   */
  void write(S3Uri uri, ObjectProperties properties, ObjectBytes bytes) throws IOException;

  /** The same of an object that has nothing beside its bytes. */
  default void write(S3Uri uri, ObjectBytes bytes) throws IOException {
    write(uri, ObjectProperties.NONE, bytes);
  }

  /**
   * Writes an object from a local file. It is there whole or not at all, and writing it again is
   * harmless.
   *
   * @throws ObjectNotFoundException when the bucket is not there
   */
  void write(S3Uri uri, Path file);

  /**
   * The same store, whose writes ask that objects are encrypted with a key, and throw {@link
   * KeyRefusedException} where that is refused. Empty where the store has no keys, so that objects
   * can only be written as they are.
   *
   * @param kmsKeyId the key as its owner names it
   */
  Optional<ObjectStore> encryptingWith(String kmsKeyId);

  /** The same store, whose writes are encrypted with a key where there is one and it can be. */
  default ObjectStore encryptingWhereItCan(Optional<String> kmsKeyId) {
    return kmsKeyId.flatMap(this::encryptingWith).orElse(this);
  }

  /** Deletes an object; a gone one is fine. */
  void delete(S3Uri uri);

  /**
   * The file on this disk that holds the object's bytes now, for reading only; empty where the
   * store has no such file or the object is not there.
   */
  Optional<Path> localFile(S3Uri uri);

  /**
   * A file on this disk that has an object's bytes, for reading only and as long as nobody removes
   * it: one kept from before, else fetched now and kept. Empty where the store keeps none.
   *
   * @param seen how a list has just shown it; empty where none did
   * @throws ObjectNotFoundException when the object is not there
   * @throws IOException when it cannot be fetched, or the thread is interrupted
   */
  default Optional<Path> keptFile(S3Uri uri, Optional<ObjectInfo> seen) throws IOException {
    return Optional.empty();
  }
}
