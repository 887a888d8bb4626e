package io.sagelocal.hosting;

import java.io.IOException;

/** Nobody listens where an instance's container did: it has ended, or does not serve any more. */
final class UnreachedException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreachedException(String container, IOException cause) {
    super("%s could not be reached: %s".formatted(container, cause.getMessage()), cause);
  }
}
