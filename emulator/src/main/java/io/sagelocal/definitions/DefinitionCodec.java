package io.sagelocal.definitions;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.state.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;

final class DefinitionCodec implements Codec<Definition> {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public byte[] encode(Definition definition) {
    ObjectNode json = JSON.createObjectNode();
    json.put("version", VERSION);
    json.put("arn", definition.arn().toString());
    json.put("name", definition.name());
    json.put("created", definition.creationTime().toEpochMilli());
    json.set("request", JSON.valueToTree(definition.request().members()));
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Definition decode(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (json.path("version").asInt() != VERSION) {
        throw new IllegalStateException(
            "record has version %s; this release reads %d"
                .formatted(json.path("version"), VERSION));
      }
      Map<String, Object> request =
          JSON.convertValue(json.path("request"), new TypeReference<Map<String, Object>>() {});
      return new Definition(
          Arn.parse(json.path("arn").asText()).orElseThrow(),
          json.path("name").asText(),
          new Document(request),
          Instant.ofEpochMilli(json.path("created").asLong()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
