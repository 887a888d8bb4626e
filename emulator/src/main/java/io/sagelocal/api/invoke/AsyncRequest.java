package io.sagelocal.api.invoke;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.hosting.AsyncInvocation;
import io.sagelocal.hosting.AsyncInvocations;
import io.sagelocal.objects.S3Uri;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * InvokeEndpointAsync:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
 */
final class AsyncRequest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREFIX = "X-Amzn-SageMaker-";
  private static final List<String> UNSUPPORTED =
      List.of(PREFIX + "S3OutputPathExtension", PREFIX + "Filename");
  private static final int LEAST_TTL = 60;
  private static final int MOST_TTL = 21_600;
  private static final int DEFAULT_TIMEOUT = 900;
  private static final int MOST_TIMEOUT = 3_600;

  private AsyncRequest() {}

  /**
   * Accepts it and says where its answer will be.
   *
   * @throws ServiceError a ValidationError for what it lacks or what has no answer here
   */
  static void accept(
      AsyncInvocations invocations,
      Scope scope,
      String endpoint,
      Request request,
      Response response,
      Callback callback) {
    HttpFields headers = request.getHeaders();
    for (String unsupported : UNSUPPORTED) {
      if (headers.contains(unsupported)) {
        throw refusal(unsupported + " is not supported by this emulator");
      }
    }
    String input = headers.get(PREFIX + "InputLocation");
    if (input == null) {
      throw refusal("InputLocation is required; a Body is not supported by this emulator");
    }
    AsyncInvocation accepted =
        invocations.accept(
            scope,
            endpoint,
            place(input),
            Optional.ofNullable(headers.get(PREFIX + "Inference-Id")),
            toContainer(headers),
            Duration.ofSeconds(
                seconds(headers, "RequestTTLSeconds", MOST_TTL, LEAST_TTL, MOST_TTL)),
            Duration.ofSeconds(
                seconds(headers, "InvocationTimeoutSeconds", DEFAULT_TIMEOUT, 1, MOST_TIMEOUT)));
    answer(accepted, response, callback);
  }

  private static void answer(AsyncInvocation accepted, Response response, Callback callback) {
    response.setStatus(HttpStatus.ACCEPTED_202);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.getHeaders().put(PREFIX + "OutputLocation", accepted.output().toString());
    accepted
        .failure()
        .ifPresent(
            place -> response.getHeaders().put(PREFIX + "FailureLocation", place.toString()));
    try {
      byte[] body = JSON.writeValueAsBytes(Map.of("InferenceId", accepted.inferenceId()));
      response.write(true, ByteBuffer.wrap(body), callback);
    } catch (JsonProcessingException e) {
      callback.failed(e);
    }
  }

  private static Map<String, String> toContainer(HttpFields headers) {
    Map<String, String> told = new HashMap<>();
    Map.of(
            PREFIX + "Content-Type",
            "Content-Type",
            PREFIX + "Accept",
            "Accept",
            PREFIX + "Custom-Attributes",
            PREFIX + "Custom-Attributes",
            PREFIX + "Inference-Id",
            PREFIX + "Inference-Id")
        .forEach((from, to) -> {
          String value = headers.get(from);
          if (value != null) {
            told.put(to, value);
          }
        });
    return told;
  }

  private static S3Uri place(String input) {
    try {
      return S3Uri.parse(input);
    } catch (ServiceError e) {
      throw refusal("InputLocation: " + e.getMessage());
    }
  }

  private static int seconds(HttpFields headers, String name, int fallback, int least, int most) {
    String text = headers.get(PREFIX + name);
    if (text == null) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw refusal(bounds(name, text, least, most));
    }
    throw refusal(bounds(name, text, least, most));
  }

  private static String bounds(String name, String value, int least, int most) {
    return "%s must be a whole number from %d to %d but was: %s"
        .formatted(name, least, most, value);
  }

  private static ServiceError refusal(String message) {
    return new ServiceError("ValidationError", message);
  }
}
