package io.sagelocal.api.invoke;

import io.sagelocal.aws.ServiceError;
import org.eclipse.jetty.client.ContentSourceRequestContent;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The client's body on its way to the container, as it comes; too long a one is broken off.
 *
 * <p>A quick container answers before this side has seen the body's end. To end the request means
 * to read what is left of it, which must not meet somebody who reads: Jetty's parser would lose its
 * place and the client its answer. So the piece that makes the announced length full is the last
 * one, and {@link #close} waits for a reader.
 */
final class RequestBody extends ContentSourceRequestContent {
  private static final long MAX_BYTES = 6_291_456;

  private final long announced;
  private long bytes;
  private volatile boolean touched;

  private boolean reading;
  private boolean closed;
  private @Nullable Runnable whenClosed;

  RequestBody(Request request) {
    super(request, contentType(request));
    this.announced = request.getLength();
  }

  /** Lets nobody read any more, and does something once nobody does. */
  void close(Runnable then) {
    synchronized (this) {
      closed = true;
      if (reading) {
        whenClosed = then;
        return;
      }
    }
    then.run();
  }

  /**
   * Looks at the length that the client announces.
   *
   * @throws ServiceError a ValidationError in the service's words
   */
  static void check(Request request) {
    if (request.getLength() > MAX_BYTES) {
      throw tooLong();
    }
  }

  /** Whether something of it has been read, so that it cannot be sent again. */
  boolean touched() {
    return touched;
  }

  @Override
  public Content.Chunk read() {
    synchronized (this) {
      if (closed) {
        return Content.Chunk.from(new EofException("answered before all of it was read"));
      }
      reading = true;
    }
    try {
      return next();
    } finally {
      Runnable waiting;
      synchronized (this) {
        reading = false;
        waiting = whenClosed;
        whenClosed = null;
      }
      if (waiting != null) {
        waiting.run();
      }
    }
  }

  private Content.Chunk next() {
    Content.Chunk chunk = super.read();
    if (chunk == null || Content.Chunk.isFailure(chunk)) {
      return chunk;
    }
    touched = true;
    bytes += chunk.remaining();
    if (bytes > MAX_BYTES) {
      chunk.release();
      ServiceError tooLong = tooLong();
      fail(tooLong);
      return Content.Chunk.from(tooLong);
    }
    return bytes == announced && !chunk.isLast()
        ? Content.Chunk.asChunk(chunk.getByteBuffer(), true, chunk)
        : chunk;
  }

  /** A connection that failed before it took anything leaves the body for another one. */
  @Override
  public void fail(Throwable failure) {
    if (touched) {
      super.fail(failure);
    }
  }

  private static String contentType(Request request) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    return type == null ? "application/octet-stream" : type;
  }

  private static ServiceError tooLong() {
    return new ServiceError(
        "ValidationError",
        "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have"
            + " length less than or equal to "
            + MAX_BYTES);
  }
}
