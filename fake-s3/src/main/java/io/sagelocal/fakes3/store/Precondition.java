package io.sagelocal.fakes3.store;

import java.util.Optional;

/** What must hold of the object that is there when a change is made; else the change is refused. */
@FunctionalInterface
public interface Precondition {
  Precondition NONE = current -> {};

  /**
   * Looks at the object that is there.
   *
   * @throws StoreException when the change must not be made
   */
  void check(Optional<StoredObject> current);
}
