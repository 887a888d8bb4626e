package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the query protocol's fields, {@code Dimensions.member.1.Name=…}, as the API model says what
 * they are.
 */
final class FormReader {
  private final ApiModel model;

  FormReader(ApiModel model) {
    this.model = model;
  }

  Document read(String operation, Map<String, String> fields) {
    return new Document(structure(model.input(operation), "", fields));
  }

  private Map<String, Object> structure(Shape shape, String prefix, Map<String, String> fields) {
    Map<String, Object> members = new LinkedHashMap<>();
    shape
        .members()
        .forEach((name, type) ->
            value(model.shape(type), prefix + name, fields)
                .ifPresent(value -> members.put(name, value)));
    return members;
  }

  private Optional<Object> value(Shape shape, String path, Map<String, String> fields) {
    if (fields.keySet().stream()
        .noneMatch(field -> field.equals(path) || field.startsWith(path + "."))) {
      return Optional.empty();
    }
    return switch (shape.type()) {
      case "structure" -> Optional.of(structure(shape, path + ".", fields));
      case "list" -> Optional.of(list(shape, path, fields));
      case "map" ->
          throw new ServiceError(
              "InvalidParameterValue", path + " is not read from forms by this emulator");
      default -> Optional.ofNullable(fields.get(path)).map(text -> scalar(shape, path, text));
    };
  }

  private List<Object> list(Shape shape, String path, Map<String, String> fields) {
    Shape element = model.shape(shape.element().orElseThrow());
    List<Object> found = new ArrayList<>();
    while (true) {
      Optional<Object> next =
          value(element, "%s.member.%d".formatted(path, found.size() + 1), fields);
      if (next.isEmpty()) {
        return found;
      }
      found.add(next.get());
    }
  }

  private static Object scalar(Shape shape, String path, String text) {
    try {
      return switch (shape.type()) {
        case "integer", "long" -> Long.parseLong(text);
        case "float", "double" -> Double.parseDouble(text);
        case "boolean" -> Boolean.parseBoolean(text);
        default -> text;
      };
    } catch (NumberFormatException e) {
      throw new ServiceError("MalformedInput", "%s \"%s\" is not a number".formatted(path, text));
    }
  }
}
