package io.sagelocal.training;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.engine.Exit;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Codec;
import io.sagelocal.training.TrainingState.Downloading;
import io.sagelocal.training.TrainingState.Ended;
import io.sagelocal.training.TrainingState.Outcome;
import io.sagelocal.training.TrainingState.Starting;
import io.sagelocal.training.TrainingState.StopCause;
import io.sagelocal.training.TrainingState.Training;
import io.sagelocal.training.TrainingState.Uploading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** TrainingJobs as JSON; times are epoch milliseconds. */
public final class TrainingJobCodec implements Codec<TrainingJob> {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public byte[] encode(TrainingJob job) {
    ObjectNode json = JSON.createObjectNode();
    json.put("version", VERSION);
    json.put("arn", job.arn().toString());
    json.set("request", JSON.valueToTree(job.spec().request().members()));
    json.put("created", job.creationTime().toEpochMilli());
    json.put("modified", job.lastModifiedTime().toEpochMilli());
    json.set("state", state(job.state()));
    json.put("retries", job.retries());
    job.stop().ifPresent(cause -> json.put("stop", cause.name()));
    job.trainingStart().ifPresent(at -> json.put("trainingStart", at.toEpochMilli()));
    job.trainingEnd().ifPresent(at -> json.put("trainingEnd", at.toEpochMilli()));
    job.reuse()
        .ifPresent(reuse ->
            json.putObject("reuse").put("job", reuse.job()).put("at", reuse.at().toEpochMilli()));
    ArrayNode transitions = json.putArray("transitions");
    for (Transition transition : job.transitions()) {
      ObjectNode one = transitions.addObject();
      one.put("status", transition.status());
      one.put("message", transition.message());
      one.put("start", transition.start().toEpochMilli());
      transition.end().ifPresent(at -> one.put("end", at.toEpochMilli()));
    }
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TrainingJob decode(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (json.path("version").asInt() != VERSION) {
        throw new IllegalStateException(
            "TrainingJob record has version %s; this release reads %d"
                .formatted(json.path("version"), VERSION));
      }
      Map<String, Object> request =
          JSON.convertValue(json.path("request"), new TypeReference<Map<String, Object>>() {});
      return new TrainingJob(
          Arn.parse(json.path("arn").asText()).orElseThrow(),
          TrainingJobSpec.of(new Document(request)),
          Instant.ofEpochMilli(json.path("created").asLong()),
          Instant.ofEpochMilli(json.path("modified").asLong()),
          state(json.path("state")),
          json.hasNonNull("stop")
              ? Optional.of(StopCause.valueOf(json.path("stop").asText()))
              : Optional.empty(),
          json.path("retries").asInt(),
          time(json, "trainingStart"),
          time(json, "trainingEnd"),
          transitions(json.path("transitions")),
          reuse(json.path("reuse")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode state(TrainingState state) {
    ObjectNode json = JSON.createObjectNode();
    switch (state) {
      case Starting s -> json.put("type", "starting");
      case Downloading d -> json.put("type", "downloading");
      case Training t ->
          json.put("type", "training")
              .put("attempt", t.attempt().toEpochMilli())
              .set("gpus", JSON.valueToTree(t.gpus()));
      case Uploading u -> {
        json.put("type", "uploading").put("attempt", u.attempt().toEpochMilli());
        u.failed().ifPresent(host -> json.put("failed", host));
        ObjectNode exits = json.putObject("exits");
        u.exits()
            .forEach((host, exit) ->
                exits
                    .putObject(host)
                    .put("code", exit.code())
                    .put("outOfMemory", exit.outOfMemory()));
      }
      case Ended e -> {
        json.put("type", "ended").put("at", e.at().toEpochMilli());
        e.artifacts().ifPresent(uri -> json.put("artifacts", uri.toString()));
        switch (e.outcome()) {
          case Outcome.Completed c -> json.put("outcome", "completed");
          case Outcome.Failed f -> json.put("outcome", "failed").put("reason", f.reason());
          case Outcome.Stopped s -> json.put("outcome", "stopped").put("cause", s.cause().name());
        }
      }
    }
    return json;
  }

  private static Optional<WarmPool.Reuse> reuse(JsonNode json) {
    return json.isObject()
        ? Optional.of(
            new WarmPool.Reuse(
                json.path("job").asText(), Instant.ofEpochMilli(json.path("at").asLong())))
        : Optional.empty();
  }

  private static TrainingState state(JsonNode json) {
    return switch (json.path("type").asText()) {
      case "starting" -> new Starting();
      case "downloading" -> new Downloading();
      case "training" ->
          new Training(
              Instant.ofEpochMilli(json.path("attempt").asLong()),
              json.has("gpus")
                  ? JSON.convertValue(json.path("gpus"), new TypeReference<>() {})
                  : Map.of());
      case "uploading" ->
          new Uploading(
              Instant.ofEpochMilli(json.path("attempt").asLong()),
              exits(json.path("exits")),
              Optional.ofNullable(json.path("failed").textValue()));
      case "ended" ->
          new Ended(
              outcome(json),
              json.hasNonNull("artifacts")
                  ? Optional.of(S3Uri.parse(json.path("artifacts").asText()))
                  : Optional.empty(),
              Instant.ofEpochMilli(json.path("at").asLong()));
      default ->
          throw new IllegalStateException(
              "TrainingJob record has unknown state " + json.path("type"));
    };
  }

  private static Outcome outcome(JsonNode json) {
    return switch (json.path("outcome").asText()) {
      case "completed" -> new Outcome.Completed();
      case "failed" -> new Outcome.Failed(json.path("reason").asText());
      case "stopped" -> new Outcome.Stopped(StopCause.valueOf(json.path("cause").asText()));
      default ->
          throw new IllegalStateException(
              "TrainingJob record has unknown outcome " + json.path("outcome"));
    };
  }

  private static Map<String, Exit> exits(JsonNode json) {
    Map<String, Exit> exits = new HashMap<>();
    json.properties()
        .forEach(each ->
            exits.put(
                each.getKey(),
                new Exit(
                    each.getValue().path("code").asInt(),
                    each.getValue().path("outOfMemory").asBoolean())));
    return exits;
  }

  private static List<Transition> transitions(JsonNode json) {
    List<Transition> transitions = new ArrayList<>();
    for (JsonNode one : json) {
      transitions.add(
          new Transition(
              one.path("status").asText(),
              one.path("message").asText(),
              Instant.ofEpochMilli(one.path("start").asLong()),
              time(one, "end")));
    }
    return transitions;
  }

  private static Optional<Instant> time(JsonNode json, String name) {
    return json.hasNonNull(name)
        ? Optional.of(Instant.ofEpochMilli(json.path(name).asLong()))
        : Optional.empty();
  }
}
