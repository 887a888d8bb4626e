package io.sagelocal.api;

import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * A client's request whose body goes on to another server, as it comes.
 *
 * <p>A quick server answers before this side has seen the body's end. To end the request means to
 * read what is left of it, which must not meet somebody who reads: Jetty's parser would lose its
 * place and the client its answer. So the piece that makes the announced length full is the last
 * one, and {@link #ending} waits for a reader. Who waits for more is told that none comes.
 */
public final class ForwardedRequest extends Request.Wrapper {
  private final long announced;
  private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();
  private long bytes;

  private int readers;
  private boolean closed;
  private @Nullable Runnable whenClosed;

  public ForwardedRequest(Request client) {
    super(client);
    this.announced = client.getLength();
  }

  /** Ends the request as another callback does, once nobody reads of it any more. */
  public Callback ending(Callback callback) {
    return Callback.from(
        InvocationType.NON_BLOCKING,
        () -> close(callback::succeeded),
        failure -> close(() -> callback.failed(failure)));
  }

  private void close(Runnable then) {
    Runnable end =
        () -> {
          tellWaiting();
          then.run();
        };
    synchronized (this) {
      closed = true;
      if (readers > 0) {
        whenClosed = end;
        return;
      }
    }
    end.run();
  }

  private synchronized boolean enter() {
    if (!closed) {
      readers++;
    }
    return !closed;
  }

  private void leave() {
    Runnable end = null;
    synchronized (this) {
      readers--;
      if (readers == 0) {
        end = whenClosed;
        whenClosed = null;
      }
    }
    if (end != null) {
      end.run();
    }
  }

  @Override
  public Content.@Nullable Chunk read() {
    if (!enter()) {
      return Content.Chunk.from(new EofException("answered before all of it was read"));
    }
    try {
      return next();
    } finally {
      leave();
    }
  }

  private Content.@Nullable Chunk next() {
    Content.Chunk chunk = super.read();
    if (chunk == null || Content.Chunk.isFailure(chunk)) {
      return chunk;
    }
    bytes += chunk.remaining();
    return bytes == announced && !chunk.isLast()
        ? Content.Chunk.asChunk(chunk.getByteBuffer(), true, chunk)
        : chunk;
  }

  @Override
  public void demand(Runnable ready) {
    waiting.set(ready);
    if (!enter()) {
      tellWaiting();
      return;
    }
    try {
      super.demand(this::tellWaiting);
    } finally {
      leave();
    }
  }

  private void tellWaiting() {
    Runnable ready = waiting.getAndSet(null);
    if (ready != null) {
      ready.run();
    }
  }
}
