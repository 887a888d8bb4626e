package io.sagelocal.api.invoke;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.api.ErrorStatus;
import io.sagelocal.aws.ServiceError;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Writes the runtime's errors: REST JSON with the code in a header. */
final class ErrorAnswer {
  /** The OriginalStatusCode of a container that gave none. */
  static final int NO_STATUS = 0;

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

  /** The container fell silent, ended or closed the connection. */
  static void brokeOff(
      Response response, Callback callback, Throwable failure, String container, String logArn) {
    String original =
        failure instanceof TimeoutException
            ? "Your invocation timed out while waiting for a response from container %s. Review its log, resolve the issue, and try again."
                .formatted(container)
            : "The container %s broke off: %s".formatted(container, failure.getMessage());
    model(response, callback, NO_STATUS, original, container, logArn);
  }

  /** The container's own status and body, for the client to look at. */
  static void model(
      Response response,
      Callback callback,
      int originalStatus,
      String originalMessage,
      String container,
      String logArn) {
    String message =
        "Received %s error (%d) from %s with message \"%s\"."
            .formatted(
                HttpStatus.isClientError(originalStatus) ? "client" : "server",
                originalStatus,
                container,
                originalMessage);
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
