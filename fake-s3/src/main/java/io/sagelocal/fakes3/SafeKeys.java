package io.sagelocal.fakes3;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * The store's front: takes requests for encryption as requests without, and refuses keys that
 * cannot be a file below their bucket, before they touch the disk. S3 itself allows some of them; a
 * clear answer is better than a file elsewhere or an internal error.
 */
final class SafeKeys extends ForwardingBlobStore {
  private static final int MAX_KEY_BYTES = 1024;
  private static final int MAX_NAME_BYTES = 255;

  private final Path folder;

  SafeKeys(BlobStore store, Path folder) {
    super(store);
    this.folder = folder;
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream bytes) {
    requireWritable(request.bucket(), request.key());
    return super.putBlob(
        request.toBuilder()
            .serverSideEncryption((String) null)
            .ssekmsKeyId(null)
            .bucketKeyEnabled(null)
            .build(),
        bytes);
  }

  /** Clients ask for encryption by default; what lies on one's own disk is taken as it is. */
  @Override
  public boolean supportsServerSideEncryption() {
    return true;
  }

  @Override
  public CopyObjectResponse copyBlob(CopyObjectRequest request) {
    requireReadable(request.sourceKey());
    requireWritable(request.destinationBucket(), request.destinationKey());
    return super.copyBlob(
        request.toBuilder()
            .serverSideEncryption((String) null)
            .ssekmsKeyId(null)
            .bucketKeyEnabled(null)
            .build());
  }

  @Override
  public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
    requireWritable(request.bucket(), request.key());
    return super.initiateMultipartUpload(
        request.toBuilder()
            .serverSideEncryption((String) null)
            .ssekmsKeyId(null)
            .bucketKeyEnabled(null)
            .build());
  }

  @Override
  public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
    requireReadable(request.key());
    return super.blobMetadata(request);
  }

  @Override
  public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
    requireReadable(request.key());
    return super.getBlob(request);
  }

  @Override
  public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
    requireReadable(request.key());
    return super.removeBlob(request);
  }

  private void requireWritable(String bucket, String key) {
    String why = refusal(key);
    if (why.isEmpty()) {
      why = clash(folder.resolve(bucket), key);
    }
    if (!why.isEmpty()) {
      throw new S3ProxyException(
          S3ErrorCode.INVALID_ARGUMENT,
          "Key \"%s\" is not supported by this store: %s".formatted(key, why));
    }
  }

  private static void requireReadable(String key) {
    if (!refusal(key).isEmpty()) {
      throw new S3ProxyException(
          S3ErrorCode.NO_SUCH_KEY,
          "There is no key \"%s\": this store allows no such key".formatted(key));
    }
  }

  /** Why a key cannot be the name of a file; empty when it can. A last slash marks a folder. */
  private static String refusal(String key) {
    if (key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
      return "a key may have 1024 bytes";
    }
    if (key.indexOf('\0') >= 0) {
      return "it holds a NUL character";
    }
    String path = key.endsWith("/") ? key.substring(0, key.length() - 1) : key;
    for (String name : path.split("/", -1)) {
      if (name.isEmpty()) {
        return "it holds an empty path segment";
      }
      if (name.equals(".") || name.equals("..")) {
        return "it holds the path segment " + name;
      }
      if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
        return "a path segment may have 255 bytes";
      }
    }
    return "";
  }

  /** Files cannot be folders: of {@code a} and {@code a/b} there can be only one. */
  private static String clash(Path bucket, String key) {
    if (key.endsWith("/")) {
      return "";
    }
    Path file = bucket.resolve(key);
    if (Files.isDirectory(file)) {
      return "keys below \"%s/\" exist, and a file cannot be a folder as well".formatted(key);
    }
    for (Path above = file.getParent();
        above != null && !above.equals(bucket);
        above = above.getParent()) {
      if (Files.isRegularFile(above)) {
        return "key \"%s\" exists, and a file cannot be a folder as well"
            .formatted(bucket.relativize(above));
      }
    }
    return "";
  }
}
