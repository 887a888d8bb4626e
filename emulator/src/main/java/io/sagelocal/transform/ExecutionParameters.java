package io.sagelocal.transform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** Reads what a container answers to {@code GET /execution-parameters}. */
final class ExecutionParameters {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ExecutionParameters() {}

  /**
   * What the container offers; members that it leaves out stay open.
   *
   * @throws TransformFailure naming the member that is not as the contract says
   */
  static Batching parse(String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw bad("is no JSON", text);
    }
    return new Batching(
        number(json, "MaxConcurrentTransforms", 1),
        number(json, "MaxPayloadInMB", 0),
        strategy(json));
  }

  private static Optional<Integer> number(JsonNode json, String name, int least) {
    JsonNode value = json.path(name);
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    int number = value.asInt(-1);
    if (number < least || number > Batching.MAX_MEGABYTES) {
      throw bad(
          "%s must be a number from %d to %d".formatted(name, least, Batching.MAX_MEGABYTES),
          value.toString());
    }
    return Optional.of(number);
  }

  private static Optional<Boolean> strategy(JsonNode json) {
    JsonNode value = json.path("BatchStrategy");
    return switch (value.asText()) {
      case "" -> Optional.empty();
      case BatchSettings.SINGLE -> Optional.of(true);
      case BatchSettings.MULTI -> Optional.of(false);
      default -> throw bad("BatchStrategy must be SINGLE_RECORD or MULTI_RECORD", value.toString());
    };
  }

  private static TransformFailure bad(String what, String given) {
    String shown = given.length() <= 200 ? given : given.substring(0, 200) + "…";
    return TransformFailure.algorithm(
        "the container's answer to GET /execution-parameters: %s, but was: %s"
            .formatted(what, shown));
  }
}
