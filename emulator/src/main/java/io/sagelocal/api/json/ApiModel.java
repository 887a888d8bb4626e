package io.sagelocal.api.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A service's operations and the types of their requests, as {@code scripts/aws-model} trimmed
 * them. Read at the first request, not at the start.
 */
public final class ApiModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String resource;
  private final Map<String, Shape> shapes = new ConcurrentHashMap<>();
  private @Nullable JsonNode source;

  private ApiModel(String resource) {
    this.resource = resource;
  }

  public static ApiModel sagemaker() {
    return new ApiModel("sagemaker.json");
  }

  public static ApiModel logs() {
    return new ApiModel("logs.json");
  }

  public static ApiModel cloudwatch() {
    return new ApiModel("monitoring.json");
  }

  /** Whether the service has an operation of that name, answered here or not. */
  boolean knows(String operation) {
    for (JsonNode known : source().path("known")) {
      if (known.asText().equals(operation)) {
        return true;
      }
    }
    return false;
  }

  /** The type of an operation's request. */
  Shape input(String operation) {
    JsonNode name = source().path("operations").path(operation);
    if (name.isMissingNode()) {
      throw new IllegalStateException(
          "%s has no operation %s; add it to scripts/aws-model".formatted(resource, operation));
    }
    return shape(name.asText());
  }

  Shape shape(String name) {
    return shapes.computeIfAbsent(name, this::read);
  }

  /** Every type's name. */
  List<String> shapeNames() {
    List<String> names = new ArrayList<>();
    source().path("shapes").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private synchronized JsonNode source() {
    JsonNode read = source;
    if (read == null) {
      try (InputStream in = ApiModel.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new IllegalStateException("the API model " + resource + " is not in the jar");
        }
        read = JSON.readTree(in);
        source = read;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return read;
  }

  private Shape read(String name) {
    JsonNode json = source().path("shapes").path(name);
    Map<String, String> members = new HashMap<>();
    json.path("members").properties().forEach(m -> members.put(m.getKey(), m.getValue().asText()));
    Set<String> required = new HashSet<>();
    json.path("required").forEach(each -> required.add(each.asText()));
    List<String> values = new ArrayList<>();
    json.path("enum").forEach(each -> values.add(each.asText()));
    return new Shape(
        json.path("type").asText(),
        members,
        required,
        text(json, "member").or(() -> text(json, "value")),
        text(json, "key"),
        number(json, "min"),
        number(json, "max"),
        text(json, "pattern").map(Pattern::compile),
        values);
  }

  private static Optional<String> text(JsonNode json, String name) {
    return json.hasNonNull(name) ? Optional.of(json.path(name).asText()) : Optional.empty();
  }

  private static Optional<Long> number(JsonNode json, String name) {
    return json.hasNonNull(name) ? Optional.of(json.path(name).asLong()) : Optional.empty();
  }
}
