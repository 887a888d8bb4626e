package io.sagelocal.hosting;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.hosting.EndpointState.Creating;
import io.sagelocal.hosting.EndpointState.Deleting;
import io.sagelocal.hosting.EndpointState.Failed;
import io.sagelocal.hosting.EndpointState.InService;
import io.sagelocal.state.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Endpoints as JSON; times are epoch milliseconds. */
public final class EndpointCodec implements Codec<Endpoint> {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public byte[] encode(Endpoint endpoint) {
    ObjectNode json = JSON.createObjectNode();
    json.put("version", VERSION);
    json.put("arn", endpoint.arn().toString());
    json.put("name", endpoint.name());
    json.put("created", endpoint.creationTime().toEpochMilli());
    json.put("modified", endpoint.lastModifiedTime().toEpochMilli());
    json.set("config", JSON.valueToTree(endpoint.config().members()));
    ObjectNode models = json.putObject("models");
    endpoint.models().forEach((name, model) -> models.set(name, JSON.valueToTree(model.members())));
    ObjectNode state = json.putObject("state");
    switch (endpoint.state()) {
      case Creating c -> state.put("type", "creating");
      case InService i -> state.put("type", "inService");
      case Failed f -> state.put("type", "failed").put("reason", f.reason());
      case Deleting d -> state.put("type", "deleting");
    }
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Endpoint decode(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (json.path("version").asInt() != VERSION) {
        throw new IllegalStateException(
            "Endpoint record has version %s; this release reads %d"
                .formatted(json.path("version"), VERSION));
      }
      Map<String, Document> models = new HashMap<>();
      json.path("models")
          .properties()
          .forEach(each -> models.put(each.getKey(), document(each.getValue())));
      return new Endpoint(
          Arn.parse(json.path("arn").asText()).orElseThrow(),
          json.path("name").asText(),
          document(json.path("config")),
          models,
          Instant.ofEpochMilli(json.path("created").asLong()),
          Instant.ofEpochMilli(json.path("modified").asLong()),
          state(json.path("state")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EndpointState state(JsonNode json) {
    return switch (json.path("type").asText()) {
      case "creating" -> new Creating();
      case "inService" -> new InService();
      case "failed" -> new Failed(json.path("reason").asText());
      case "deleting" -> new Deleting();
      default ->
          throw new IllegalStateException("Endpoint record has unknown state " + json.path("type"));
    };
  }

  private static Document document(JsonNode json) {
    return new Document(JSON.convertValue(json, new TypeReference<Map<String, Object>>() {}));
  }
}
