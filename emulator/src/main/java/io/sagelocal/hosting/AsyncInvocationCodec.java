package io.sagelocal.hosting;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Asynchronous invocations as JSON; times are epoch milliseconds, durations milliseconds, a body is
 * Base64.
 */
public final class AsyncInvocationCodec implements Codec<AsyncInvocation> {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public byte[] encode(AsyncInvocation invocation) {
    ObjectNode json = JSON.createObjectNode();
    json.put("version", VERSION);
    json.put("id", invocation.id());
    json.put("endpoint", invocation.endpoint());
    json.put("inferenceId", invocation.inferenceId());
    switch (invocation.input()) {
      case AsyncInput.Stored stored -> json.put("input", stored.place().toString());
      case AsyncInput.Inline inline -> json.put("body", inline.bytes());
    }
    json.set("headers", JSON.valueToTree(invocation.headers()));
    json.put("output", invocation.output().toString());
    invocation.failure().ifPresent(place -> json.put("failure", place.toString()));
    invocation.kmsKeyId().ifPresent(key -> json.put("kmsKeyId", key));
    json.put("accepted", invocation.accepted().toEpochMilli());
    json.put("expires", invocation.expires().toEpochMilli());
    json.put("patience", invocation.patience().toMillis());
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public AsyncInvocation decode(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (json.path("version").asInt() != VERSION) {
        throw new IllegalStateException(
            "asynchronous invocation has version %s; this release reads %d"
                .formatted(json.path("version"), VERSION));
      }
      long expires = json.path("expires").asLong();
      return new AsyncInvocation(
          json.path("id").asText(),
          json.path("endpoint").asText(),
          json.path("inferenceId").asText(),
          input(json),
          JSON.convertValue(json.path("headers"), new TypeReference<Map<String, String>>() {}),
          S3Uri.parse(json.path("output").asText()),
          Optional.ofNullable(json.get("failure")).map(JsonNode::asText).map(S3Uri::parse),
          Optional.ofNullable(json.get("kmsKeyId")).map(JsonNode::asText),
          // one that an earlier build accepted does not tell when
          Instant.ofEpochMilli(json.path("accepted").asLong(expires)),
          Instant.ofEpochMilli(expires),
          Duration.ofMillis(json.path("patience").asLong()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AsyncInput input(JsonNode json) throws IOException {
    return json.has("body")
        ? new AsyncInput.Inline(json.get("body").binaryValue())
        : new AsyncInput.Stored(S3Uri.parse(json.path("input").asText()));
  }
}
