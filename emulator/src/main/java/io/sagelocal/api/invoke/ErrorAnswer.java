package io.sagelocal.api.invoke;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.api.ErrorStatus;
import io.sagelocal.aws.ServiceError;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Writes the runtime's errors: REST JSON with the code in a header. */
final class ErrorAnswer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODEL_ERROR = "ModelError";

  private ErrorAnswer() {}

  static void plain(Response response, Callback callback, int status, ServiceError error) {
    write(
        response,
        callback,
        status,
        error.code(),
        Map.of("Message", error.getMessage(), "message", error.getMessage()));
  }

  /** The container's own status and body, for the client to look at. */
  static void model(
      Response response,
      Callback callback,
      String message,
      int originalStatus,
      String originalMessage,
      String logArn) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("ErrorCode", "MODEL_ERROR");
    body.put("Message", message);
    body.put("message", message);
    body.put("OriginalStatusCode", originalStatus);
    body.put("OriginalMessage", originalMessage);
    body.put("LogStreamArn", logArn);
    write(response, callback, ErrorStatus.of(MODEL_ERROR), MODEL_ERROR, body);
  }

  private static void write(
      Response response, Callback callback, int status, String code, Map<String, Object> body) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.getHeaders().put("x-amzn-ErrorType", code);
    try {
      response.write(true, ByteBuffer.wrap(JSON.writeValueAsBytes(body)), callback);
    } catch (JsonProcessingException e) {
      callback.failed(e);
    }
  }
}
