package io.sagelocal.api.cbor;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import io.javalin.http.Context;
import io.sagelocal.api.Caller;
import io.sagelocal.api.ErrorStatus;
import io.sagelocal.api.RequestBody;
import io.sagelocal.api.json.Call;
import io.sagelocal.api.json.Operations;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.io.IOException;
import java.io.Serial;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a CBOR request, has its operation done and writes the answer or the error. */
public final class CborProtocol {
  /** The path of every request, with its two parameters. */
  public static final String PATH = "/service/{service}/operation/{operation}";

  private static final Logger log = LoggerFactory.getLogger(CborProtocol.class);
  private static final ObjectMapper CBOR =
      new ObjectMapper(new CBORFactory()).registerModule(new Times());

  private final Operations operations;

  public CborProtocol(Operations operations) {
    this.operations = operations;
  }

  /** Answers a request to {@link #PATH}. */
  public void handle(Context http) throws InterruptedException {
    String requestId = UUID.randomUUID().toString();
    http.header("x-amzn-RequestId", requestId);
    http.header("smithy-protocol", "rpc-v2-cbor");
    http.contentType("application/cbor");
    try {
      http.result(CBOR.writeValueAsBytes(answer(http)));
    } catch (ServiceError e) {
      fail(http, e);
    } catch (JsonProcessingException | RuntimeException e) {
      log.error("request {} {} failed", requestId, http.path(), e);
      fail(
          http,
          new ServiceError(
              "InternalFailure",
              "The request failed for an unexpected reason; the emulator's log tells under request id "
                  + requestId));
    }
  }

  private Map<String, Object> answer(Context http) throws InterruptedException {
    String service = http.pathParam("service");
    if (!service.equals(operations.service())) {
      throw new ServiceError(
          "UnknownOperationException",
          "\"%s\" names no service this emulator answers in CBOR; there is %s"
              .formatted(service, operations.service()));
    }
    Call call =
        new Call(
            Caller.scope(Caller.of(http.header("Authorization"), http.queryString())),
            body(http),
            Optional.ofNullable(http.userAgent()).orElse(""));
    return operations.answer(http.pathParam("operation"), call);
  }

  private static Document body(Context http) {
    byte[] bytes = RequestBody.bytes(http);
    if (bytes.length == 0) {
      return new Document(Map.of());
    }
    try {
      return new Document(
          CBOR.readValue(bytes, new TypeReference<LinkedHashMap<String, Object>>() {}));
    } catch (IOException e) {
      throw new ServiceError("SerializationException", "The request body is not a CBOR map");
    }
  }

  private static void fail(Context http, ServiceError error) {
    http.status(ErrorStatus.of(error.code()));
    try {
      http.result(
          CBOR.writeValueAsBytes(Map.of("__type", error.code(), "message", error.getMessage())));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Times are epoch seconds under CBOR's tag for that. */
  private static final class Times extends SimpleModule {
    @Serial private static final long serialVersionUID = 1L;
    private static final int EPOCH_SECONDS = 1;
    private static final double MILLIS = 1000;

    Times() {
      addSerializer(
          Instant.class,
          new JsonSerializer<Instant>() {
            @Override
            public void serialize(Instant time, JsonGenerator out, SerializerProvider provider)
                throws IOException {
              ((CBORGenerator) out).writeTag(EPOCH_SECONDS);
              out.writeNumber(time.toEpochMilli() / MILLIS);
            }
          });
    }
  }
}
