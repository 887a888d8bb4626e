package io.sagelocal.api.invoke;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/**
 * A container's answer as events, each piece as it comes: {@code PayloadPart}, and a {@code
 * ModelStreamError} where the container breaks off.
 */
final class EventStreamSource implements Content.Source {
  static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Content.Source container;

  EventStreamSource(Content.Source container) {
    this.container = container;
  }

  @Override
  public Content.@Nullable Chunk read() {
    Content.Chunk chunk = container.read();
    if (chunk == null) {
      return null;
    }
    if (Content.Chunk.isFailure(chunk)) {
      return Content.Chunk.from(
          error("The container broke off: " + chunk.getFailure().getMessage()), true);
    }
    if (!chunk.hasRemaining()) {
      return chunk;
    }
    byte[] bytes = new byte[chunk.remaining()];
    chunk.getByteBuffer().get(bytes);
    boolean last = chunk.isLast();
    chunk.release();
    return Content.Chunk.from(part(bytes), last);
  }

  @Override
  public void demand(Runnable ready) {
    container.demand(ready);
  }

  @Override
  public void fail(Throwable failure) {
    container.fail(failure);
  }

  private static ByteBuffer part(byte[] bytes) {
    return message(
        Map.of(
            ":message-type", "event",
            ":event-type", "PayloadPart",
            ":content-type", "application/octet-stream"),
        bytes);
  }

  private static ByteBuffer error(String why) {
    try {
      return message(
          Map.of(
              ":message-type", "exception",
              ":exception-type", "ModelStreamError",
              ":content-type", "application/json"),
          JSON.writeValueAsBytes(Map.of("Message", why, "ErrorCode", "ModelInvocationFailed")));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ByteBuffer message(Map<String, String> headers, byte[] payload) {
    Map<String, HeaderValue> values = new LinkedHashMap<>();
    headers.forEach((name, value) -> values.put(name, HeaderValue.fromString(value)));
    return new Message(values, payload).toByteBuffer();
  }
}
