package io.sagelocal.hosting;

import io.sagelocal.objects.S3Uri;

/** What an asynchronous invocation gives the model. */
public sealed interface AsyncInput {
  /** An object, read when the invocation's turn has come. */
  record Stored(S3Uri place) implements AsyncInput {}

  /** The body of the request itself. */
  final class Inline implements AsyncInput {
    private final byte[] bytes;

    /**
     * @param bytes nobody changes them any more
     */
    public Inline(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }
}
