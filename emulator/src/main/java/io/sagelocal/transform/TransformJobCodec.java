package io.sagelocal.transform;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.state.Codec;
import io.sagelocal.transform.TransformState.Ended;
import io.sagelocal.transform.TransformState.Outcome;
import io.sagelocal.transform.TransformState.Starting;
import io.sagelocal.transform.TransformState.Transforming;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** TransformJobs as JSON; times are epoch milliseconds. */
public final class TransformJobCodec implements Codec<TransformJob> {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public byte[] encode(TransformJob job) {
    ObjectNode json = JSON.createObjectNode();
    json.put("version", VERSION);
    json.put("arn", job.arn().toString());
    json.set("request", JSON.valueToTree(job.spec().request().members()));
    json.set("model", JSON.valueToTree(job.model().members()));
    json.put("created", job.creationTime().toEpochMilli());
    json.put("modified", job.lastModifiedTime().toEpochMilli());
    json.set("state", state(job.state()));
    json.put("stopping", job.stopping());
    job.transformStart().ifPresent(at -> json.put("transformStart", at.toEpochMilli()));
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TransformJob decode(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (json.path("version").asInt() != VERSION) {
        throw new IllegalStateException(
            "TransformJob record has version %s; this release reads %d"
                .formatted(json.path("version"), VERSION));
      }
      return new TransformJob(
          Arn.parse(json.path("arn").asText()).orElseThrow(),
          TransformJobSpec.of(document(json, "request")),
          document(json, "model"),
          Instant.ofEpochMilli(json.path("created").asLong()),
          Instant.ofEpochMilli(json.path("modified").asLong()),
          state(json.path("state")),
          json.path("stopping").asBoolean(),
          json.hasNonNull("transformStart")
              ? Optional.of(Instant.ofEpochMilli(json.path("transformStart").asLong()))
              : Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Document document(JsonNode json, String name) {
    return new Document(
        JSON.convertValue(json.path(name), new TypeReference<Map<String, Object>>() {}));
  }

  private static ObjectNode state(TransformState state) {
    ObjectNode json = JSON.createObjectNode();
    switch (state) {
      case Starting s -> json.put("type", "starting");
      case Transforming t -> json.put("type", "transforming");
      case Ended e -> {
        json.put("type", "ended").put("at", e.at().toEpochMilli());
        switch (e.outcome()) {
          case Outcome.Completed c -> json.put("outcome", "completed");
          case Outcome.Failed f -> json.put("outcome", "failed").put("reason", f.reason());
          case Outcome.Stopped s -> json.put("outcome", "stopped");
        }
      }
    }
    return json;
  }

  private static TransformState state(JsonNode json) {
    return switch (json.path("type").asText()) {
      case "starting" -> new Starting();
      case "transforming" -> new Transforming();
      case "ended" -> new Ended(outcome(json), Instant.ofEpochMilli(json.path("at").asLong()));
      default ->
          throw new IllegalStateException(
              "TransformJob record has unknown state " + json.path("type"));
    };
  }

  private static Outcome outcome(JsonNode json) {
    return switch (json.path("outcome").asText()) {
      case "completed" -> new Outcome.Completed();
      case "failed" -> new Outcome.Failed(json.path("reason").asText());
      case "stopped" -> new Outcome.Stopped();
      default ->
          throw new IllegalStateException(
              "TransformJob record has unknown outcome " + json.path("outcome"));
    };
  }
}
