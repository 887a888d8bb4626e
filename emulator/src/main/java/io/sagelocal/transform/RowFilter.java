package io.sagelocal.transform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A part of a row, as a JSONPath says it.
 *
 * @param member the request's member that has it
 * @param paths whose parts follow one another; more than one for a union such as {@code $[0,5:]},
 *     which the library does not have
 */
record RowFilter(String member, String text, List<JsonPath> paths) {
  private static final String ALL = "$";
  private static final String RANGE = "\\s*(?:-?\\d+|-?\\d*:-?\\d*)\\s*";
  private static final String NAME = "\\s*'[^']+'\\s*";

  /** The operators that SageMaker has: no deep scans, predicates, functions. */
  private static final Pattern FORM =
      Pattern.compile(
          "\\$(?:\\.\\*|\\.[^\\s.*\\[\\]'\"(),:?]+|\\.?\\[(?:\\*|%s(?:,%s)*|%s(?:,%s)*)])*"
              .formatted(RANGE, RANGE, NAME, NAME));

  private static final Pattern UNION = Pattern.compile("(.*)\\[([^\\[\\]']*,[^\\[\\]']*)]");

  private static final Configuration CONFIGURATION =
      Configuration.builder()
          .jsonProvider(new JacksonJsonNodeJsonProvider(RowFormat.MAPPER))
          .mappingProvider(new JacksonMappingProvider(RowFormat.MAPPER))
          .options(Option.REQUIRE_PROPERTIES)
          .build();

  RowFilter {
    paths = List.copyOf(paths);
  }

  /**
   * The filter that a member has; empty when it takes all.
   *
   * @throws ServiceError a ValidationException when it is no path that SageMaker has
   */
  static Optional<RowFilter> of(String member, Document processing) {
    String text = processing.findText(member).orElse(ALL).strip();
    if (text.equals(ALL) || text.isEmpty()) {
      return Optional.empty();
    }
    if (!FORM.matcher(text).matches()) {
      throw ServiceError.validation(
          "DataProcessing.%s \"%s\" must be a JSONPath of $, .name, *, ['name'], [number] and"
              + " [start:end]",
          member, text);
    }
    try {
      return Optional.of(new RowFilter(member, text, compile(text.replace(".[", "["))));
    } catch (InvalidPathException e) {
      throw ServiceError.validation(
          "DataProcessing.%s \"%s\" is not a JSONPath: %s",
          member, text, String.valueOf(e.getMessage()));
    }
  }

  private static List<JsonPath> compile(String text) {
    Matcher union = UNION.matcher(text);
    if (!union.matches()) {
      return List.of(JsonPath.compile(text));
    }
    return Stream.of(union.group(2).split(","))
        .map(range -> JsonPath.compile("%s[%s]".formatted(union.group(1), range.strip())))
        .toList();
  }

  /**
   * Takes the part out of a row.
   *
   * @throws TransformFailure when the row has no such part
   */
  JsonNode apply(JsonNode row) {
    if (paths.size() == 1) {
      return part(paths.getFirst(), row);
    }
    ArrayNode parts = JsonNodeFactory.instance.arrayNode();
    for (JsonPath path : paths) {
      JsonNode part = part(path, row);
      if (path.isDefinite()) {
        parts.add(part);
      } else {
        part.forEach(parts::add);
      }
    }
    return parts;
  }

  private JsonNode part(JsonPath path, JsonNode row) {
    try {
      JsonNode part = path.read(row, CONFIGURATION);
      if (path.isDefinite() ? isPastTheEnd(part) : part.isEmpty()) {
        throw missing("it has no such part");
      }
      return part;
    } catch (JsonPathException e) {
      throw missing(String.valueOf(e.getMessage()));
    }
  }

  /** The library gives null for an index that an array does not have. */
  private boolean isPastTheEnd(JsonNode part) {
    return part.isNull() && text.endsWith("]") && !text.endsWith("']");
  }

  private TransformFailure missing(String why) {
    return TransformFailure.client("%s %s: %s".formatted(member, text, why));
  }
}
