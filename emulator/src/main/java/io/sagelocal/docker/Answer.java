package io.sagelocal.docker;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the daemon that comes piece by piece, on a thread of the client's. Once closed it
 * hands nothing on, so whoever asked may start again; a close before the answer begins counts too.
 */
abstract class Answer<T> implements ResultCallback<T> {
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Closeable stream;
  private @Nullable Throwable failure;
  private @Nullable RuntimeException receiverFailure;
  private boolean closed;

  abstract void take(T piece);

  @Override
  public final synchronized void onStart(Closeable started) {
    stream = started;
    if (closed) {
      closeQuietly(started);
    }
  }

  @Override
  public final synchronized void onNext(T piece) {
    if (closed) {
      return;
    }
    try {
      take(piece);
    } catch (RuntimeException e) {
      receiverFailure = e; // not the daemon's fault, so it is kept apart from a lost connection
      close();
    }
  }

  @Override
  public final synchronized void onError(Throwable problem) {
    if (!closed) {
      failure = problem;
    }
    ended.countDown();
  }

  @Override
  public final void onComplete() {
    ended.countDown();
  }

  @Override
  public final synchronized void close() {
    closed = true;
    if (stream != null) {
      closeQuietly(stream);
    }
    ended.countDown();
  }

  /** Waits for the end; throws what the daemon or the connection to it broke off with. */
  final void await() throws InterruptedException {
    ended.await();
    Throwable problem = failure();
    if (problem instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (problem != null) {
      throw new IllegalStateException(problem);
    }
  }

  /** Throws what {@link #take} threw. */
  final synchronized void throwReceiverFailure() {
    if (receiverFailure != null) {
      throw receiverFailure;
    }
  }

  private synchronized @Nullable Throwable failure() {
    return failure;
  }

  private void closeQuietly(Closeable open) {
    try {
      open.close();
    } catch (IOException e) {
      failure = failure == null ? e : failure;
    }
  }
}
