package io.sagelocal.transform;

import java.io.IOException;
import java.util.Optional;

/** The requests that a file is made into, one at a time. */
interface ModelRequests extends AutoCloseable {

  /**
   * The next request; empty after the last.
   *
   * @throws TransformFailure naming the record that cannot be sent, and why
   */
  Optional<ModelRequest> next() throws IOException;

  @Override
  void close() throws IOException;
}
