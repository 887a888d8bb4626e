package io.sagelocal.objects;

/** An object or its bucket is not there. */
public final class ObjectNotFoundException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  public ObjectNotFoundException(S3Uri uri) {
    super("there is no " + uri);
  }
}
