package io.sagelocal.api.json;

import io.sagelocal.aws.ServiceError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Checks requests against the API model, in the service's words: all violations in one message.
 * Members the model does not have are let through, as newer clients may send them.
 */
final class RequestValidator {
  private static final int SHOWN_CHARS = 100;
  private static final int MAX_DEPTH = 40;

  private final ApiModel model;
  private final String code;

  RequestValidator(ApiModel model, String code) {
    this.model = model;
    this.code = code;
  }

  /**
   * Checks an operation's request.
   *
   * @throws ServiceError SerializationException for a wrong type, else the service's own code
   */
  void check(String operation, Map<String, Object> request) {
    List<String> violations = new ArrayList<>();
    structure(model.input(operation), request, "", violations, 0);
    if (!violations.isEmpty()) {
      throw new ServiceError(
          code,
          "%d validation error%s detected: %s"
              .formatted(
                  violations.size(),
                  violations.size() == 1 ? "" : "s",
                  String.join("; ", violations)));
    }
  }

  private void structure(
      Shape shape, Map<?, ?> value, String path, List<String> violations, int depth) {
    for (String name : new TreeSet<>(shape.required())) {
      if (value.get(name) == null) {
        violations.add(violation("null", member(path, name), "Member must not be null"));
      }
    }
    value.forEach((name, each) -> {
      String target = shape.members().get(String.valueOf(name));
      if (target != null && each != null) {
        check(model.shape(target), each, member(path, String.valueOf(name)), violations, depth + 1);
      }
    });
  }

  private void check(Shape shape, Object value, String path, List<String> violations, int depth) {
    if (depth > MAX_DEPTH) {
      throw wrongType(path, value, "a structure less deep");
    }
    switch (shape.type()) {
      case "structure" ->
          structure(shape, typed(Map.class, value, path, "a structure"), path, violations, depth);
      case "list" -> list(shape, typed(List.class, value, path, "a list"), path, violations, depth);
      case "map" -> map(shape, typed(Map.class, value, path, "a map"), path, violations, depth);
      case "string" -> text(shape, typed(String.class, value, path, "a string"), path, violations);
      case "integer", "long" -> whole(shape, value, path, violations);
      case "float", "double" -> typed(Number.class, value, path, "a number");
      case "boolean" -> typed(Boolean.class, value, path, "true or false");
      case "blob" -> typed(String.class, value, path, "a base64 string");
      case "timestamp" -> {
        if (!(value instanceof Number || value instanceof String)) {
          throw wrongType(path, value, "a time in epoch seconds");
        }
      }
      default -> throw new IllegalStateException("the API model has type " + shape.type());
    }
  }

  private void list(Shape shape, List<?> value, String path, List<String> violations, int depth) {
    size(shape, value.size(), value, path, violations);
    Shape element = model.shape(shape.element().orElseThrow());
    for (int i = 0; i < value.size(); i++) {
      Object each = value.get(i);
      String where = path + "." + (i + 1) + ".member";
      if (each == null) {
        violations.add(violation("null", where, "Member must not be null"));
      } else {
        check(element, each, where, violations, depth + 1);
      }
    }
  }

  private void map(Shape shape, Map<?, ?> value, String path, List<String> violations, int depth) {
    size(shape, value.size(), value, path, violations);
    Shape keys = model.shape(shape.key().orElseThrow());
    Shape values = model.shape(shape.element().orElseThrow());
    value.forEach((key, each) -> {
      check(keys, String.valueOf(key), path + ".key", violations, depth + 1);
      if (each != null) {
        check(values, each, path + "." + key + ".member", violations, depth + 1);
      }
    });
  }

  private static void text(Shape shape, String value, String path, List<String> violations) {
    size(shape, value.codePointCount(0, value.length()), value, path, violations);
    shape
        .pattern()
        .filter(pattern -> !pattern.matcher(value).matches())
        .ifPresent(pattern ->
            violations.add(
                violation(
                    value, path, "Member must satisfy regular expression pattern: " + pattern)));
    if (!shape.values().isEmpty() && !shape.values().contains(value)) {
      violations.add(
          violation(
              value,
              path,
              "Member must satisfy enum value set: [" + String.join(", ", shape.values()) + "]"));
    }
  }

  private static void whole(Shape shape, Object value, String path, List<String> violations) {
    Number number = typed(Number.class, value, path, "a whole number");
    if (number.doubleValue() != Math.rint(number.doubleValue())) {
      throw wrongType(path, value, "a whole number");
    }
    shape
        .min()
        .filter(min -> number.longValue() < min)
        .ifPresent(min ->
            violations.add(
                violation(value, path, "Member must have value greater than or equal to " + min)));
    shape
        .max()
        .filter(max -> number.doubleValue() > max)
        .ifPresent(max ->
            violations.add(
                violation(value, path, "Member must have value less than or equal to " + max)));
  }

  private static void size(
      Shape shape, int size, Object value, String path, List<String> violations) {
    shape
        .min()
        .filter(min -> size < min)
        .ifPresent(min ->
            violations.add(
                violation(value, path, "Member must have length greater than or equal to " + min)));
    shape
        .max()
        .filter(max -> size > max)
        .ifPresent(max ->
            violations.add(
                violation(value, path, "Member must have length less than or equal to " + max)));
  }

  private static <T> T typed(Class<T> type, Object value, String path, String allowed) {
    if (!type.isInstance(value)) {
      throw wrongType(path, value, allowed);
    }
    return type.cast(value);
  }

  private static ServiceError wrongType(String path, Object value, String allowed) {
    return new ServiceError(
        "SerializationException",
        "Value %s at '%s' has the wrong type: it must be %s"
            .formatted(shown(value), path, allowed));
  }

  private static String violation(Object value, String path, String constraint) {
    String given = value.equals("null") ? "null" : "'" + shown(value) + "'";
    return "Value %s at '%s' failed to satisfy constraint: %s".formatted(given, path, constraint);
  }

  private static String shown(Object value) {
    String text = String.valueOf(value);
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
  }

  /** The service writes paths in lowerCamel. */
  private static String member(String path, String name) {
    String lower = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    return path.isEmpty() ? lower : path + "." + lower;
  }
}
