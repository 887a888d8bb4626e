package io.sagelocal.api.invoke;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.hosting.AsyncInput;
import io.sagelocal.hosting.AsyncInvocation;
import io.sagelocal.hosting.AsyncInvocationRequest;
import io.sagelocal.hosting.AsyncInvocations;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
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
  private static final int MAX_BODY_BYTES = 128_000;
  private static final int LEAST_TTL = 60;
  private static final int MOST_TTL = 21_600;
  private static final int DEFAULT_TIMEOUT = 900;
  private static final int MOST_TIMEOUT = 3_600;
  private static final int MAX_EXTENSION_CHARS = 512;
  private static final Pattern EXTENSION = Pattern.compile("^(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+$");
  private static final int MAX_FILENAME_CHARS = 32;
  private static final Pattern FILENAME =
      Pattern.compile("^(?!.*\\..*\\.)[a-zA-Z0-9][a-zA-Z0-9-_\\.]*$");

  private final AsyncInvocations invocations;
  private final Scope scope;
  private final String endpoint;
  private final Request request;
  private final HttpFields headers;

  AsyncRequest(AsyncInvocations invocations, Scope scope, String endpoint, Request request) {
    this.invocations = invocations;
    this.scope = scope;
    this.endpoint = endpoint;
    this.request = request;
    this.headers = request.getHeaders();
  }

  /**
   * Reads its body, accepts it and says where its answer will be; may wait for the client.
   *
   * @throws ServiceError a ValidationError for what is wrong with it
   * @throws IOException when the client breaks off
   */
  void accept(Response response, Callback callback) throws IOException {
    answer(invocations.accept(scope, endpoint, request(body())), response, callback);
  }

  private byte[] body() throws IOException {
    byte[] body = Content.Source.asInputStream(request).readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw refusal(
          "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must"
              + " have length less than or equal to "
              + MAX_BODY_BYTES);
    }
    return body;
  }

  private AsyncInvocationRequest request(byte[] body) {
    return new AsyncInvocationRequest(
        input(body),
        Optional.ofNullable(headers.get(PREFIX + "Inference-Id")),
        toContainer(headers),
        text("S3OutputPathExtension", MAX_EXTENSION_CHARS, EXTENSION),
        text("Filename", MAX_FILENAME_CHARS, FILENAME),
        Duration.ofSeconds(seconds(headers, "RequestTTLSeconds", MOST_TTL, LEAST_TTL, MOST_TTL)),
        Duration.ofSeconds(
            seconds(headers, "InvocationTimeoutSeconds", DEFAULT_TIMEOUT, 1, MOST_TIMEOUT)));
  }

  private AsyncInput input(byte[] body) {
    String location = headers.get(PREFIX + "InputLocation");
    if ((location == null) == (body.length == 0)) {
      throw refusal(
          location == null
              ? "Neither Body nor InputLocation is given; exactly one of them must be"
              : "Body and InputLocation are both given; exactly one of them must be");
    }
    return location == null ? new AsyncInput.Inline(body) : new AsyncInput.Stored(place(location));
  }

  private Optional<String> text(String name, int most, Pattern pattern) {
    Optional<String> text = Optional.ofNullable(headers.get(PREFIX + name));
    text.ifPresent(value -> {
      if (value.length() > most) {
        throw violation(name, value, "have length less than or equal to " + most);
      }
      if (!pattern.matcher(value).matches()) {
        throw violation(name, value, "satisfy regular expression pattern: " + pattern);
      }
    });
    return text;
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

  private static ServiceError violation(String name, String value, String constraint) {
    return refusal(
        "1 validation error detected: Value '%s' at '%s%s' failed to satisfy constraint: Member must %s"
            .formatted(
                value,
                name.substring(0, 1).toLowerCase(Locale.ROOT),
                name.substring(1),
                constraint));
  }
}
