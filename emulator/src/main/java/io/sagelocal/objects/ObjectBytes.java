package io.sagelocal.objects;

import java.io.IOException;
import java.io.OutputStream;

/** Writes the bytes of an object. */
@FunctionalInterface
public interface ObjectBytes {
  /** Writes them all; the stream is closed by whoever made it. */
  void writeTo(OutputStream out) throws IOException;
}
