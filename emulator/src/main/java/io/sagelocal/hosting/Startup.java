package io.sagelocal.hosting;

import io.sagelocal.serving.ServingFailure;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Places that are filled side by side and stand or fall together. */
final class Startup {
  private final List<Slot> slots = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  void add(Slot slot) {
    slots.add(slot);
  }

  /** One of them will have no instance: the others need not be there either. */
  void failed(Exception why) {
    if (failure.compareAndSet(null, why)) {
      slots.forEach(Slot::giveUp);
    }
  }

  List<Slot> slots() {
    return slots;
  }

  /**
   * Waits until every place has an instance.
   *
   * @throws ServingFailure why the first that failed did; none of them is running then
   */
  void await() throws ServingFailure, InterruptedException {
    for (Slot slot : slots) {
      if (failure.get() == null) {
        slot.awaitUp();
      }
    }
    Exception why = failure.get();
    if (why == null) {
      return;
    }
    slots.forEach(Slot::giveUp); // also those that were added after the failure
    for (Slot slot : slots) {
      slot.awaitGone();
    }
    throw why instanceof ServingFailure told
        ? told
        : new ServingFailure("InternalServerError: " + why, why);
  }
}
