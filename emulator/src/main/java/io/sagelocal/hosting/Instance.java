package io.sagelocal.hosting;

import io.sagelocal.serving.ModelInstance;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A running instance of a variant and what it does with its requests. Any thread. */
final class Instance {
  /** Far below what any number of releases brings back to zero. */
  private static final int CLOSED = Integer.MIN_VALUE / 2;

  private final String variant;
  private final ModelInstance model;
  private final AtomicInteger outstanding = new AtomicInteger();
  private final AtomicInteger answering = new AtomicInteger();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean draining;
  private volatile boolean answered;

  Instance(String variant, ModelInstance model) {
    this.variant = variant;
    this.model = model;
  }

  String variant() {
    return variant;
  }

  ModelInstance model() {
    return model;
  }

  /** Whether it has the model on demand that is asked for, if one is. */
  boolean hasLoaded(InvocationTarget target) {
    return target.model().isPresent() && model.servers().getFirst().hasLoaded(target.model().get());
  }

  int outstanding() {
    return outstanding.get();
  }

  /** Takes one more request, unless it takes none any more. */
  boolean claim() {
    return outstanding.getAndUpdate(now -> now < 0 ? now : now + 1) >= 0;
  }

  /** A request that was claimed is done. */
  void release() {
    if (outstanding.decrementAndGet() == 0 && draining) {
      closeIfIdle();
    }
  }

  /** It has begun to answer a request, which shows that it lives. */
  void beginsAnswer() {
    answered = true;
    answering.incrementAndGet();
  }

  /** An answer that was begun is over. */
  void endsAnswer() {
    answering.decrementAndGet();
  }

  /** Whether it has begun an answer that is not over. */
  boolean answers() {
    return answering.get() > 0;
  }

  /** Whether it answers a request now, or has begun to since this was last asked. */
  boolean showedLife() {
    boolean shown = answered || answers();
    answered = false;
    return shown;
  }

  /** Takes no more requests once it has none; completed then. */
  CompletableFuture<Void> drain() {
    draining = true;
    closeIfIdle();
    return drained.copy();
  }

  private void closeIfIdle() {
    if (outstanding.compareAndSet(0, CLOSED)) {
      drained.complete(null);
    }
  }
}
