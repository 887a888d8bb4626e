package io.sagelocal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been opened, to be closed in the opposite order. One thread at a time. */
final class Parts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Parts.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Takes a part that has been opened, and gives it back. */
  <C extends AutoCloseable> C add(C part) {
    opened.push(part);
    return part;
  }

  /** Closes them, last first; each is closed whatever became of the others. */
  @Override
  public void close() {
    while (!opened.isEmpty()) {
      AutoCloseable part = opened.pop();
      try {
        part.close();
      } catch (Exception e) { // declared by AutoCloseable
        log.error("{} could not be closed", part.getClass().getSimpleName(), e);
      }
    }
  }
}
