package io.sagelocal.api;

import io.javalin.http.Context;
import io.sagelocal.aws.ServiceError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Bodies of requests that are small enough to be held. */
public final class RequestBody {
  /** Most bytes of a body, packed or not. */
  static final int MAX_BYTES = 8 << 20;

  private RequestBody() {}

  /** The whole body; unpacked where the client has packed it, as it may for metrics. */
  public static byte[] bytes(Context http) {
    byte[] body = http.bodyAsBytes();
    if (!"gzip".equals(http.header("Content-Encoding"))) {
      return body;
    }
    try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] bytes = unpacked.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ServiceError(
            "RequestEntityTooLarge",
            "The request body is too large: unpacked it may have %d bytes".formatted(MAX_BYTES));
      }
      return bytes;
    } catch (IOException e) {
      throw new ServiceError(
          "SerializationException", "The request body is not gzip as its Content-Encoding says");
    }
  }
}
