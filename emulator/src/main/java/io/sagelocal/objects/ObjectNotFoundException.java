package io.sagelocal.objects;

/** An object or its bucket is not there. */
public final class ObjectNotFoundException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  private final transient S3Uri uri;

  public ObjectNotFoundException(S3Uri uri) {
    super("there is no " + uri);
    this.uri = uri;
  }

  /** What is not there. */
  public S3Uri uri() {
    return uri;
  }
}
