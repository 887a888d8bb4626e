package io.sagelocal.fakes3.store;

/** What S3 calls its refusals. */
public enum ErrorCode {
  ACCESS_DENIED("AccessDenied"),
  BAD_DIGEST("BadDigest"),
  BUCKET_ALREADY_OWNED_BY_YOU("BucketAlreadyOwnedByYou"),
  BUCKET_NOT_EMPTY("BucketNotEmpty"),
  ENTITY_TOO_LARGE("EntityTooLarge"),
  ENTITY_TOO_SMALL("EntityTooSmall"),
  INCOMPLETE_BODY("IncompleteBody"),
  INTERNAL_ERROR("InternalError"),
  INVALID_ARGUMENT("InvalidArgument"),
  INVALID_BUCKET_NAME("InvalidBucketName"),
  INVALID_DIGEST("InvalidDigest"),
  INVALID_PART("InvalidPart"),
  INVALID_PART_ORDER("InvalidPartOrder"),
  INVALID_RANGE("InvalidRange"),
  INVALID_REQUEST("InvalidRequest"),
  INVALID_TAG("InvalidTag"),
  KEY_TOO_LONG("KeyTooLongError"),
  MALFORMED_XML("MalformedXML"),
  METHOD_NOT_ALLOWED("MethodNotAllowed"),
  NO_SUCH_BUCKET("NoSuchBucket"),
  NO_SUCH_BUCKET_POLICY("NoSuchBucketPolicy"),
  NO_SUCH_CORS("NoSuchCORSConfiguration"),
  NO_SUCH_ENCRYPTION("ServerSideEncryptionConfigurationNotFoundError"),
  NO_SUCH_KEY("NoSuchKey"),
  NO_SUCH_LIFECYCLE("NoSuchLifecycleConfiguration"),
  NO_SUCH_OBJECT_LOCK("ObjectLockConfigurationNotFoundError"),
  NO_SUCH_OWNERSHIP_CONTROLS("OwnershipControlsNotFoundError"),
  NO_SUCH_PUBLIC_ACCESS_BLOCK("NoSuchPublicAccessBlockConfiguration"),
  NO_SUCH_REPLICATION("ReplicationConfigurationNotFoundError"),
  NO_SUCH_TAG_SET("NoSuchTagSet"),
  NO_SUCH_UPLOAD("NoSuchUpload"),
  NO_SUCH_VERSION("NoSuchVersion"),
  NO_SUCH_WEBSITE("NoSuchWebsiteConfiguration"),
  NOT_IMPLEMENTED("NotImplemented"),
  NOT_MODIFIED("NotModified"),
  PRECONDITION_FAILED("PreconditionFailed");

  private final String wire;

  ErrorCode(String wire) {
    this.wire = wire;
  }

  /** Its name in answers. */
  public String wire() {
    return wire;
  }
}
