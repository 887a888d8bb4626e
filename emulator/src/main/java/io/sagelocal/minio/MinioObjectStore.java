package io.sagelocal.minio;

import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.GetObjectTagsArgs;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveBucketArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.StatObjectResponse;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import io.minio.messages.ListAllMyBucketsResult;
import io.sagelocal.objects.KeyRefusedException;
import io.sagelocal.objects.ObjectBytes;
import io.sagelocal.objects.ObjectChangedException;
import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectProperties;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.objects.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Objects in a server that speaks S3. */
public final class MinioObjectStore implements ObjectStore {
  private static final long PART_BYTES = 16L << 20;
  private static final Set<String> NOT_THERE = Set.of("NoSuchKey", "NoSuchBucket", "NotFound");
  private static final Set<String> CHANGED = Set.of("PreconditionFailed", "InvalidRange");

  /** As S3 and MinIO say it, and a store that has no key service. */
  private static final Pattern KEY_REFUSED = Pattern.compile("KMS\\..*|kms:.*|NotImplemented");

  private final Supplier<MinioClient> client;
  private final boolean hasKeys;

  /** How objects are written. */
  private final Optional<KmsEncryption> encryption;

  /**
   * @param server where it answers; asked at the first use
   * @param hasKeys whether it may have keys to encrypt with
   */
  public MinioObjectStore(
      Supplier<URI> server,
      String accessKey,
      String secretKey,
      String region,
      boolean hasKeys,
      Trust trust) {
    this(
        new Once<>(() -> MinioConnection.to(server.get(), accessKey, secretKey, region, trust)),
        hasKeys,
        Optional.empty());
  }

  private MinioObjectStore(
      Supplier<MinioClient> client, boolean hasKeys, Optional<KmsEncryption> encryption) {
    this.client = client;
    this.hasKeys = hasKeys;
    this.encryption = encryption;
  }

  @Override
  public boolean hasBucket(String bucket) {
    try {
      return client.get().bucketExists(BucketExistsArgs.builder().bucket(bucket).build());
    } catch (MinioException e) {
      throw failed("looking for bucket " + bucket, e);
    }
  }

  @Override
  public void createBucket(String bucket) {
    try {
      client.get().makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
    } catch (MinioException e) {
      if (!hasBucket(bucket)) {
        throw failed("making bucket " + bucket, e);
      }
    }
  }

  @Override
  public List<String> buckets() {
    List<String> names = new ArrayList<>();
    try {
      for (ListAllMyBucketsResult.Bucket bucket : client.get().listBuckets()) {
        names.add(bucket.name());
      }
      return names;
    } catch (MinioException e) {
      throw failed("listing buckets", e);
    }
  }

  @Override
  public void deleteBucket(String bucket) {
    ListObjectsArgs everything =
        ListObjectsArgs.builder().bucket(bucket).recursive(true).includeVersions(true).build();
    try {
      for (Result<Item> result : client.get().listObjects(everything)) {
        Item item = result.get();
        client
            .get()
            .removeObject(
                RemoveObjectArgs.builder()
                    .bucket(bucket)
                    .object(item.objectName())
                    .versionId(item.versionId())
                    .build());
      }
      client.get().removeBucket(RemoveBucketArgs.builder().bucket(bucket).build());
    } catch (MinioException e) {
      if (!isNotThere(e)) {
        throw failed("deleting bucket " + bucket, e);
      }
    }
  }

  @Override
  public void list(S3Uri prefix, Consumer<ObjectInfo> each) {
    Iterable<Result<Item>> items =
        client
            .get()
            .listObjects(
                ListObjectsArgs.builder()
                    .bucket(prefix.bucket())
                    .prefix(prefix.key())
                    .recursive(true)
                    .build());
    for (Result<Item> item : items) {
      each.accept(info(prefix, item));
    }
  }

  private static ObjectInfo info(S3Uri prefix, Result<Item> result) {
    try {
      Item item = result.get();
      return new ObjectInfo(
          new S3Uri(prefix.bucket(), item.objectName()), item.size(), unquoted(item.etag()));
    } catch (MinioException e) {
      throw translated(prefix, "listing " + prefix, e);
    }
  }

  @Override
  public Optional<ObjectInfo> find(S3Uri uri) {
    try {
      StatObjectResponse found =
          client
              .get()
              .statObject(StatObjectArgs.builder().bucket(uri.bucket()).object(uri.key()).build());
      return Optional.of(new ObjectInfo(uri, found.size(), unquoted(found.etag())));
    } catch (MinioException e) {
      if (isNotThere(e)) {
        return Optional.empty();
      }
      throw failed("looking at " + uri, e);
    }
  }

  @Override
  public InputStream read(S3Uri uri) {
    try {
      return client
          .get()
          .getObject(GetObjectArgs.builder().bucket(uri.bucket()).object(uri.key()).build());
    } catch (MinioException e) {
      throw translated(uri, "reading " + uri, e);
    }
  }

  @Override
  public InputStream read(S3Uri uri, long offset, long length) {
    try {
      return client
          .get()
          .getObject(
              GetObjectArgs.builder()
                  .bucket(uri.bucket())
                  .object(uri.key())
                  .offset(offset)
                  .length(length)
                  .build());
    } catch (MinioException e) {
      if (hasCode(e, Set.of("InvalidRange"))) {
        return InputStream.nullInputStream(); // it begins at the end, as any does of an empty one
      }
      throw translated(uri, "reading " + uri, e);
    }
  }

  @Override
  public InputStream read(ObjectInfo seen, long offset, long length) {
    try {
      return client
          .get()
          .getObject(
              GetObjectArgs.builder()
                  .bucket(seen.uri().bucket())
                  .object(seen.uri().key())
                  .offset(offset)
                  .length(length)
                  .matchETag(seen.etag())
                  .build());
    } catch (MinioException e) {
      if (hasCode(e, CHANGED)) {
        throw new ObjectChangedException(seen.uri());
      }
      throw translated(seen.uri(), "reading " + seen.uri(), e);
    }
  }

  @Override
  public ObjectProperties properties(S3Uri uri) {
    try {
      Map<String, String> headers = new TreeMap<>();
      client
          .get()
          .statObject(StatObjectArgs.builder().bucket(uri.bucket()).object(uri.key()).build())
          .headers()
          .forEach(header -> headers.put(header.getFirst(), header.getSecond()));
      Map<String, String> tags =
          client
              .get()
              .getObjectTags(
                  GetObjectTagsArgs.builder().bucket(uri.bucket()).object(uri.key()).build())
              .get();
      return new ObjectProperties(headers, tags);
    } catch (MinioException e) {
      throw translated(uri, "looking at " + uri, e);
    }
  }

  @Override
  public void write(S3Uri uri, ObjectProperties properties, ObjectBytes bytes) throws IOException {
    try (WrittenStream stream = new WrittenStream(bytes)) {
      PutObjectArgs.Builder put =
          PutObjectArgs.builder().bucket(uri.bucket()).object(uri.key()).stream(
                  stream, -1L, PART_BYTES)
              .tags(properties.tags())
              .sse(encryption.orElse(null));
      Map<String, String> headers = new TreeMap<>(properties.headers());
      Optional.ofNullable(headers.remove("content-type")).ifPresent(put::contentType);
      client.get().putObject(put.headers(headers).build());
    } catch (MinioException e) {
      if (e.getCause() instanceof WrittenStream.WriterFailure failure) {
        throw failure.cause();
      }
      throw notWritten(uri, e);
    }
  }

  @Override
  public void write(S3Uri uri, Path file) {
    try {
      client
          .get()
          .uploadObject(
              UploadObjectArgs.builder()
                  .bucket(uri.bucket())
                  .object(uri.key())
                  .filename(file.toString())
                  .sse(encryption.orElse(null))
                  .build());
    } catch (MinioException e) {
      throw notWritten(uri, e);
    }
  }

  @Override
  public Optional<ObjectStore> encryptingWith(String kmsKeyId) {
    return hasKeys
        ? Optional.of(new MinioObjectStore(client, true, Optional.of(new KmsEncryption(kmsKeyId))))
        : Optional.empty();
  }

  private ObjectStoreException notWritten(S3Uri uri, MinioException e) {
    if (encryption.isPresent() && e instanceof ErrorResponseException error) {
      String code = String.valueOf(error.errorResponse().code());
      if (KEY_REFUSED.matcher(code).matches()) {
        return new KeyRefusedException(
            "writing %s failed: %s: %s".formatted(uri, code, e.getMessage()), e);
      }
    }
    return translated(uri, "writing " + uri, e);
  }

  @Override
  public void delete(S3Uri uri) {
    try {
      client
          .get()
          .removeObject(RemoveObjectArgs.builder().bucket(uri.bucket()).object(uri.key()).build());
    } catch (MinioException e) {
      if (!isNotThere(e)) {
        throw failed("deleting " + uri, e);
      }
    }
  }

  @Override
  public Optional<Path> localFile(S3Uri uri) {
    return Optional.empty();
  }

  private static boolean isNotThere(MinioException e) {
    return hasCode(e, NOT_THERE);
  }

  private static boolean hasCode(MinioException e, Set<String> codes) {
    return e instanceof ErrorResponseException error
        && codes.contains(error.errorResponse().code());
  }

  private static ObjectStoreException translated(S3Uri uri, String what, MinioException e) {
    return isNotThere(e) ? new ObjectNotFoundException(uri) : failed(what, e);
  }

  private static ObjectStoreException failed(String what, MinioException e) {
    return new ObjectStoreException(what + " failed: " + e.getMessage(), e);
  }

  private static String unquoted(String etag) {
    return etag.replace("\"", "");
  }
}
