package io.sagelocal.api.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.sagelocal.api.Caller;
import io.sagelocal.api.ErrorStatus;
import io.sagelocal.api.RequestBody;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.faults.Faults;
import io.sagelocal.state.StateStoreException;
import java.io.IOException;
import java.io.Serial;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a JSON 1.1 request, has its operation done and writes the answer or the error. */
public final class JsonProtocol {
  private static final Logger log = LoggerFactory.getLogger(JsonProtocol.class);
  private static final String CONTENT_TYPE = "application/x-amz-json-1.1";
  private static final ObjectMapper JSON = new ObjectMapper().registerModule(new Times());

  private final Faults faults;
  private final Map<String, Operations> services = new HashMap<>();

  /**
   * @param faults asked before each operation
   */
  public JsonProtocol(List<Operations> services, Faults faults) {
    this.faults = faults;
    services.forEach(service -> this.services.put(service.service(), service));
  }

  /** Answers a request with an {@code X-Amz-Target}. */
  public void handle(Context http) throws InterruptedException {
    String requestId = UUID.randomUUID().toString();
    http.header("x-amzn-RequestId", requestId);
    http.contentType(CONTENT_TYPE);
    try {
      http.result(JSON.writeValueAsBytes(answer(http)));
    } catch (ServiceError e) {
      fail(http, e);
    } catch (HttpResponseException e) { // Javalin's own, when the body passes its limit
      http.status(e.getStatus());
      write(http, "RequestEntityTooLarge", "The request body is too large: " + e.getMessage());
    } catch (StateStoreException e) {
      log.error("request {} {} failed", requestId, http.header("X-Amz-Target"), e);
      fail(http, new ServiceError("InternalFailure", String.valueOf(e.getMessage())));
    } catch (JsonProcessingException | RuntimeException e) {
      log.error("request {} {} failed", requestId, http.header("X-Amz-Target"), e);
      fail(
          http,
          new ServiceError(
              "InternalFailure",
              "The request failed for an unexpected reason; the emulator's log tells under request id "
                  + requestId));
    }
  }

  private Map<String, Object> answer(Context http) throws InterruptedException {
    String target = Optional.ofNullable(http.header("X-Amz-Target")).orElse("");
    int dot = target.indexOf('.');
    Operations operations = services.get(dot < 0 ? target : target.substring(0, dot));
    if (operations == null) {
      throw new ServiceError(
          "UnknownOperationException",
          "X-Amz-Target \"%s\" names no service this emulator answers".formatted(target));
    }
    Call call =
        new Call(
            Caller.scope(Caller.of(http.header("Authorization"), http.queryString())),
            new Document(body(http)),
            Optional.ofNullable(http.userAgent()).orElse(""));
    String operation = target.substring(dot + 1);
    faults.refuse(call.scope(), operation);
    return operations.answer(operation, call);
  }

  private static Map<String, Object> body(Context http) {
    byte[] bytes = RequestBody.bytes(http);
    if (bytes.length == 0) {
      return Map.of();
    }
    try {
      Map<String, Object> body =
          JSON.readValue(bytes, new TypeReference<LinkedHashMap<String, Object>>() {});
      if (body == null) {
        throw new ServiceError(
            "SerializationException", "The request body is null; it must be a JSON object");
      }
      return body;
    } catch (IOException e) {
      String where =
          e.getMessage() == null ? "" : ": " + e.getMessage().lines().findFirst().orElse("");
      throw new ServiceError(
          "SerializationException", "The request body is not a JSON object" + where);
    }
  }

  private static void fail(Context http, ServiceError error) {
    http.status(ErrorStatus.of(error.code()));
    write(http, error.code(), error.getMessage());
  }

  private static void write(Context http, String code, String message) {
    http.header("x-amzn-ErrorType", code);
    try {
      http.result(JSON.writeValueAsBytes(Map.of("__type", code, "message", message)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Times are epoch seconds with milliseconds, as a number. */
  private static final class Times extends SimpleModule {
    @Serial private static final long serialVersionUID = 1L;
    private static final int MILLI_DIGITS = 3;

    Times() {
      addSerializer(
          Instant.class,
          new JsonSerializer<Instant>() {
            @Override
            public void serialize(Instant time, JsonGenerator out, SerializerProvider provider)
                throws IOException {
              out.writeNumber(BigDecimal.valueOf(time.toEpochMilli(), MILLI_DIGITS));
            }
          });
    }
  }
}
