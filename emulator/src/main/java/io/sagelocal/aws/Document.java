package io.sagelocal.aws;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request's structure in the API's own words, already checked against the API model. Members
 * nobody asks for are kept, so that a Describe gives them back.
 */
public final class Document {
  private final Map<String, Object> members;

  public Document(Map<String, ?> members) {
    this.members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
  }

  /** The members as they came, in their order. */
  public Map<String, Object> members() {
    return members;
  }

  public boolean has(String name) {
    return members.get(name) != null;
  }

  /** A text that is required. */
  public String text(String name) {
    return findText(name).orElseThrow(() -> missing(name));
  }

  public Optional<String> findText(String name) {
    return Optional.ofNullable(members.get(name)).map(value -> cast(name, value, String.class));
  }

  /** A whole number that is required. */
  public long number(String name) {
    return findNumber(name).orElseThrow(() -> missing(name));
  }

  public Optional<Long> findNumber(String name) {
    return Optional.ofNullable(members.get(name))
        .map(value -> cast(name, value, Number.class).longValue());
  }

  public boolean flag(String name) {
    return Boolean.TRUE.equals(members.get(name));
  }

  /** A structure that is required. */
  public Document document(String name) {
    return findDocument(name).orElseThrow(() -> missing(name));
  }

  public Optional<Document> findDocument(String name) {
    return Optional.ofNullable(members.get(name)).map(value -> structure(name, value));
  }

  /** The structures of a list; empty when it is absent. */
  public List<Document> documents(String name) {
    List<Document> found = new ArrayList<>();
    for (Object each : list(name)) {
      found.add(structure(name, each));
    }
    return found;
  }

  /** The texts of a list; empty when it is absent. */
  public List<String> texts(String name) {
    return list(name).stream().map(each -> cast(name, each, String.class)).toList();
  }

  /** A map of texts; empty when it is absent. */
  public Map<String, String> textMap(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    findDocument(name)
        .ifPresent(map ->
            map.members().forEach((key, value) -> texts.put(key, cast(name, value, String.class))));
    return texts;
  }

  private List<?> list(String name) {
    Object value = members.get(name);
    return value == null ? List.of() : cast(name, value, List.class);
  }

  private static Document structure(String name, Object value) {
    Map<String, Object> copy = new LinkedHashMap<>();
    Map<?, ?> given = cast(name, value, Map.class);
    given.forEach((key, each) -> copy.put(String.valueOf(key), each));
    return new Document(copy);
  }

  private static <V> V cast(String name, Object value, Class<V> type) {
    if (!type.isInstance(value)) {
      throw ServiceError.validation(
          "%s must be a %s but was: %s", name, type.getSimpleName(), value);
    }
    return type.cast(value);
  }

  private static ServiceError missing(String name) {
    return ServiceError.validation(
        "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not"
            + " be null",
        name);
  }
}
