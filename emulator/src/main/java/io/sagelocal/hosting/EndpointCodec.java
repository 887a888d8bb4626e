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
import io.sagelocal.hosting.EndpointState.RollingBack;
import io.sagelocal.hosting.EndpointState.Updating;
import io.sagelocal.state.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Endpoints as JSON; times are epoch milliseconds. */
public final class EndpointCodec implements Codec<Endpoint> {
  private static final int VERSION = 2;

  /** Its one deployment was part of the endpoint itself. */
  private static final int FIRST_VERSION = 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public byte[] encode(Endpoint endpoint) {
    ObjectNode json = JSON.createObjectNode();
    json.put("version", VERSION);
    json.put("arn", endpoint.arn().toString());
    json.put("name", endpoint.name());
    json.put("created", endpoint.creationTime().toEpochMilli());
    json.put("modified", endpoint.lastModifiedTime().toEpochMilli());
    json.set("deployment", json(endpoint.deployment()));
    ObjectNode state = json.putObject("state");
    switch (endpoint.state()) {
      case Creating c -> state.put("type", "creating");
      case InService i -> {
        state.put("type", "inService");
        i.trouble().ifPresent(reason -> state.put("reason", reason));
      }
      case Updating u -> state.put("type", "updating").set("next", json(u.next()));
      case RollingBack r -> state.put("type", "rollingBack").put("reason", r.reason());
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
      int version = json.path("version").asInt();
      if (version < FIRST_VERSION || version > VERSION) {
        throw new IllegalStateException(
            "Endpoint record has version %s; this release reads up to %d"
                .formatted(json.path("version"), VERSION));
      }
      return new Endpoint(
          Arn.parse(json.path("arn").asText()).orElseThrow(),
          json.path("name").asText(),
          deployment(version == FIRST_VERSION ? json : json.path("deployment")),
          Instant.ofEpochMilli(json.path("created").asLong()),
          Instant.ofEpochMilli(json.path("modified").asLong()),
          state(json.path("state")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode json(Deployment deployment) {
    ObjectNode json = JSON.createObjectNode();
    json.put("number", deployment.number());
    json.set("config", JSON.valueToTree(deployment.config().members()));
    ObjectNode models = json.putObject("models");
    deployment
        .models()
        .forEach((name, model) -> models.set(name, JSON.valueToTree(model.members())));
    ObjectNode capacities = json.putObject("capacities");
    deployment
        .capacities()
        .forEach((variant, capacity) ->
            capacities
                .putObject(variant)
                .put("weight", capacity.weight())
                .put("instances", capacity.instances()));
    return json;
  }

  private static Deployment deployment(JsonNode json) {
    Map<String, Document> models = new HashMap<>();
    json.path("models")
        .properties()
        .forEach(each -> models.put(each.getKey(), document(each.getValue())));
    Map<String, Capacity> capacities = new HashMap<>();
    json.path("capacities")
        .properties()
        .forEach(each ->
            capacities.put(
                each.getKey(),
                new Capacity(
                    each.getValue().path("weight").asDouble(),
                    each.getValue().path("instances").asInt())));
    return new Deployment(
        json.path("number").asInt(), document(json.path("config")), models, capacities);
  }

  private static EndpointState state(JsonNode json) {
    String reason = json.path("reason").asText();
    return switch (json.path("type").asText()) {
      case "creating" -> new Creating();
      case "inService" -> new InService(Optional.of(reason).filter(text -> !text.isEmpty()));
      case "updating" -> new Updating(deployment(json.path("next")));
      case "rollingBack" -> new RollingBack(reason);
      case "failed" -> new Failed(reason);
      case "deleting" -> new Deleting();
      default ->
          throw new IllegalStateException("Endpoint record has unknown state " + json.path("type"));
    };
  }

  private static Document document(JsonNode json) {
    return new Document(JSON.convertValue(json, new TypeReference<Map<String, Object>>() {}));
  }
}
