package io.sagelocal.objects;

import io.sagelocal.aws.ServiceError;

/**
 * A place in S3: {@code s3://bucket/key}.
 *
 * @param bucket never empty
 * @param key an object's key or a prefix of keys; may be empty
 */
public record S3Uri(String bucket, String key) {
  private static final String SCHEME = "s3://";

  public S3Uri {
    if (bucket.isEmpty() || bucket.contains("/")) {
      throw ServiceError.validation("S3 bucket name \"%s\" must not be empty or hold a /", bucket);
    }
  }

  /**
   * Reads {@code s3://bucket} or {@code s3://bucket/key}.
   *
   * @throws ServiceError a ValidationException that names the text
   */
  public static S3Uri parse(String text) {
    if (!text.startsWith(SCHEME)) {
      throw ServiceError.validation("S3 URI \"%s\" must start with s3://", text);
    }
    String rest = text.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    return slash < 0
        ? new S3Uri(rest, "")
        : new S3Uri(rest.substring(0, slash), rest.substring(slash + 1));
  }

  /** This place with {@code /name} below it, one slash between them. */
  public S3Uri child(String name) {
    return new S3Uri(bucket, key.isEmpty() || key.endsWith("/") ? key + name : key + "/" + name);
  }

  /**
   * The name of this object below a prefix of its key. Of a prefix that ends inside a name, it is
   * that whole name on.
   */
  public String below(S3Uri prefix) {
    if (prefix.key.isEmpty() || prefix.key.endsWith("/")) {
      return key.substring(prefix.key.length());
    }
    return key.startsWith(prefix.key + "/")
        ? key.substring(prefix.key.length() + 1)
        : key.substring(prefix.key.lastIndexOf('/') + 1);
  }

  @Override
  public String toString() {
    return SCHEME + bucket + "/" + key;
  }
}
