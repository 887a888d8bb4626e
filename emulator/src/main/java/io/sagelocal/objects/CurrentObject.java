package io.sagelocal.objects;

import java.io.IOException;
import java.util.Optional;

/**
 * An object as it is while something is done with it.
 *
 * @param seen how a list showed it; empty where none did
 */
record CurrentObject(ObjectStore objects, S3Uri uri, Optional<ObjectInfo> seen) {
  private static final int MOST_TRIES = 5;

  /** What is done; again, when the object was replaced meanwhile. */
  @FunctionalInterface
  interface Use<V> {
    V of(ObjectInfo object) throws IOException;
  }

  /**
   * Does it with the object as it was seen, and from the beginning with what replaced it since.
   *
   * @throws ObjectNotFoundException when it is not there
   * @throws ObjectChangedException when it is replaced again and again
   */
  <V> V use(Use<V> use) throws IOException {
    ObjectInfo current = seen.isPresent() ? seen.get() : find();
    for (int left = MOST_TRIES; left > 1; left--) {
      try {
        return use.of(current);
      } catch (ObjectChangedException e) {
        current = find();
      }
    }
    return use.of(current);
  }

  private ObjectInfo find() {
    return objects.find(uri).orElseThrow(() -> new ObjectNotFoundException(uri));
  }
}
