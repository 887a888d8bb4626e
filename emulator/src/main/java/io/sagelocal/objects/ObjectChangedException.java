package io.sagelocal.objects;

/** An object is not the one any more that was seen. */
public final class ObjectChangedException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  public ObjectChangedException(S3Uri uri) {
    super(uri + " was changed while it was read");
  }
}
