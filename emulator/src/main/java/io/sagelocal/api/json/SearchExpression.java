package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A Search's expression: filters, filters that hold for one entry of a list together, and smaller
 * expressions, all of them or any of them. A property is found by its path in a description; what
 * has no such property satisfies NotExists alone.
 */
final class SearchExpression {
  private SearchExpression() {}

  /**
   * Reads an expression.
   *
   * @throws ServiceError a ValidationException that names the filter
   */
  static Predicate<Map<String, Object>> of(Document expression) {
    List<Predicate<Map<String, Object>>> parts = new ArrayList<>();
    expression.documents("Filters").forEach(each -> parts.add(filter(each, "")));
    expression.documents("NestedFilters").forEach(each -> parts.add(nested(each)));
    expression.documents("SubExpressions").forEach(each -> parts.add(of(each)));
    boolean any = expression.findText("Operator").orElse("And").equals("Or");
    return described ->
        any
            ? parts.stream().anyMatch(part -> part.test(described))
            : parts.stream().allMatch(part -> part.test(described));
  }

  private static Predicate<Map<String, Object>> nested(Document nested) {
    String list = nested.text("NestedPropertyName");
    List<Predicate<Map<String, Object>>> filters =
        nested.documents("Filters").stream().map(each -> filter(each, list + ".")).toList();
    return described ->
        values(described, list).stream()
            .filter(Map.class::isInstance)
            .map(entry -> named((Map<?, ?>) entry))
            .anyMatch(entry -> filters.stream().allMatch(filter -> filter.test(entry)));
  }

  private static Map<String, Object> named(Map<?, ?> entry) {
    return new Document(Map.of("entry", entry)).document("entry").members();
  }

  /**
   * Reads a filter.
   *
   * @param within what the property's name may begin with, as it is looked for below that
   */
  private static Predicate<Map<String, Object>> filter(Document filter, String within) {
    String name = filter.text("Name");
    String path = name.startsWith(within) ? name.substring(within.length()) : name;
    String operator = filter.findText("Operator").orElse("Equals");
    return switch (operator) {
      case "Exists" -> described -> !values(described, path).isEmpty();
      case "NotExists" -> described -> values(described, path).isEmpty();
      case "NotEquals" -> {
        String value = value(filter, name, operator);
        yield described -> {
          List<Object> found = values(described, path);
          return !found.isEmpty() && found.stream().noneMatch(each -> compare(each, value) == 0);
        };
      }
      default -> {
        String value = value(filter, name, operator);
        yield described ->
            values(described, path).stream().anyMatch(each -> matches(each, operator, value));
      }
    };
  }

  private static String value(Document filter, String name, String operator) {
    return filter
        .findText("Value")
        .orElseThrow(
            () -> ServiceError.validation("The filter of %s by %s needs a Value", name, operator));
  }

  private static boolean matches(Object found, String operator, String value) {
    return switch (operator) {
      case "Equals" -> compare(found, value) == 0;
      case "GreaterThan" -> compare(found, value) > 0;
      case "GreaterThanOrEqualTo" -> compare(found, value) >= 0;
      case "LessThan" -> compare(found, value) < 0;
      case "LessThanOrEqualTo" -> compare(found, value) <= 0;
      case "Contains" -> found.toString().contains(value);
      case "In" ->
          List.of(value.split(",")).stream().anyMatch(each -> compare(found, each.strip()) == 0);
      default ->
          throw ServiceError.validation(
              "Operator %s is not supported by this emulator; use Equals, NotEquals, GreaterThan,"
                  + " GreaterThanOrEqualTo, LessThan, LessThanOrEqualTo, Contains, Exists, NotExists"
                  + " or In",
              operator);
    };
  }

  /** As times, as numbers, else as texts, whichever both are. */
  private static int compare(Object found, String value) {
    if (found instanceof Instant at) {
      return time(value).map(at::compareTo).orElse(at.toString().compareTo(value));
    }
    Optional<BigDecimal> one = number(found.toString());
    Optional<BigDecimal> other = number(value);
    return one.isPresent() && other.isPresent()
        ? one.get().compareTo(other.get())
        : found.toString().compareTo(value);
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException e) {
      return number(text)
          .map(seconds -> Instant.ofEpochMilli(seconds.movePointRight(3).longValue()));
    }
  }

  private static Optional<BigDecimal> number(String text) {
    try {
      return Optional.of(new BigDecimal(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** What stands at a path, of each entry of a list on the way; names of map entries have dots. */
  static List<Object> values(Object from, String path) {
    List<Object> found = new ArrayList<>();
    if (from instanceof List<?> list) {
      list.forEach(each -> found.addAll(values(each, path)));
    } else if (from instanceof Map<?, ?> members) {
      Object whole = members.get(path);
      if (whole instanceof List<?> list) {
        found.addAll(list);
      } else if (whole != null) {
        found.add(whole);
      }
      for (int dot = path.indexOf('.');
          dot >= 0 && found.isEmpty();
          dot = path.indexOf('.', dot + 1)) {
        Object part = members.get(path.substring(0, dot));
        if (part != null) {
          found.addAll(values(part, path.substring(dot + 1)));
        }
      }
    }
    return found;
  }

  /**
   * Orders a description by a property against another one's value of it; those without it come
   * last.
   */
  static int order(Map<String, Object> one, String property, Optional<String> other) {
    List<Object> own = values(one, property);
    if (own.isEmpty() || other.isEmpty()) {
      return Boolean.compare(own.isEmpty(), other.isEmpty());
    }
    return compare(own.getFirst(), other.get());
  }
}
