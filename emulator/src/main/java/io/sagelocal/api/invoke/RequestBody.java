package io.sagelocal.api.invoke;

import io.sagelocal.api.ForwardedRequest;
import io.sagelocal.aws.ServiceError;
import org.eclipse.jetty.client.ContentSourceRequestContent;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The client's body on its way to the container, as it comes; too long a one is broken off. */
final class RequestBody extends ContentSourceRequestContent {
  private static final long MAX_BYTES = 6_291_456;

  private long bytes;
  private volatile boolean touched;

  RequestBody(ForwardedRequest request) {
    super(request, contentType(request));
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
  public Content.@Nullable Chunk read() {
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
    return chunk;
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
