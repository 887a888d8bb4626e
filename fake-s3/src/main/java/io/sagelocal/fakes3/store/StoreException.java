package io.sagelocal.fakes3.store;

/** A refusal in S3's words; the message names the thing, the value and what is allowed. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public StoreException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }

  static StoreException noSuchBucket(String bucket) {
    return new StoreException(
        ErrorCode.NO_SUCH_BUCKET, "The specified bucket does not exist: " + bucket);
  }

  static StoreException noSuchKey(String bucket, String key) {
    return new StoreException(
        ErrorCode.NO_SUCH_KEY,
        "The specified key does not exist: \"%s\" in bucket %s".formatted(key, bucket));
  }
}
