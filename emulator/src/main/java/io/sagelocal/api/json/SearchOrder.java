package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import java.util.List;
import java.util.Map;

/** The order of a Search: by any property, then by name. */
record SearchOrder(String property, boolean ascending) {

  static SearchOrder of(Document request) {
    return new SearchOrder(
        request.findText("SortBy").orElse("LastModifiedTime"),
        request.findText("SortOrder").orElse("Descending").equals("Ascending"));
  }

  SearchPosition position(String name, Map<String, Object> properties) {
    List<Object> values = SearchExpression.values(properties, property);
    return new SearchPosition(values.stream().findFirst().map(Object::toString), name);
  }

  /** Whether an entry comes before a position (negative), stands there, or comes after it. */
  int compare(String name, Map<String, Object> properties, SearchPosition other) {
    int byProperty = SearchExpression.order(properties, property, other.value());
    int rising = byProperty == 0 ? name.compareTo(other.name()) : byProperty;
    return ascending ? rising : -rising;
  }
}
