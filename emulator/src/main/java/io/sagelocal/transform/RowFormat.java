package io.sagelocal.transform;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sagelocal.aws.ServiceError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How rows are written. A row of CSV is an array of its fields as they stand there, with their
 * quotes and spaces, so that what is not filtered away stays as it was.
 */
enum RowFormat {
  CSV,
  /** One JSON value for the whole of an object or request, or one on each line. */
  JSON,
  JSON_LINES;

  /** Numbers keep every digit that they have. */
  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final ObjectReader ONE_OF_MANY =
      MAPPER.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  static RowFormat of(String member, Optional<String> mediaType) {
    String type = mediaType.orElse("").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return switch (type) {
      case "text/csv" -> CSV;
      case "application/json" -> JSON;
      case "application/jsonlines", "application/x-jsonlines", "application/x-ndjson" -> JSON_LINES;
      default ->
          throw ServiceError.validation(
              "DataProcessing needs %s text/csv, application/json or application/jsonlines, but it is"
                  + " \"%s\"",
              member, mediaType.orElse(""));
    };
  }

  boolean isCsv() {
    return this == CSV;
  }

  /** Whether a line feed ends a row. */
  boolean isLines() {
    return this != JSON;
  }

  /** Reads one row. */
  JsonNode parse(byte[] row) {
    if (this == CSV) {
      return fields(new String(row, StandardCharsets.UTF_8));
    }
    try {
      return MAPPER.readTree(row);
    } catch (JsonProcessingException e) {
      throw TransformFailure.client("it is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the rows of an answer. */
  List<JsonNode> rows(byte[] answer) {
    if (this == CSV) {
      List<JsonNode> rows = new ArrayList<>();
      new String(answer, StandardCharsets.UTF_8).lines().forEach(line -> rows.add(fields(line)));
      return rows;
    }
    List<JsonNode> rows = new ArrayList<>();
    try (JsonParser parser = MAPPER.createParser(answer)) {
      while (parser.nextToken() != null) {
        rows.add(ONE_OF_MANY.readTree(parser));
      }
      return rows;
    } catch (JsonProcessingException e) {
      throw TransformFailure.algorithm("the model's answer is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] write(JsonNode row) {
    String text = this == CSV ? csv(row) : row.toString();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String csv(JsonNode row) {
    if (!row.isArray()) {
      return row.asText();
    }
    List<String> fields = new ArrayList<>();
    row.forEach(field -> fields.add(field.asText()));
    return String.join(",", fields);
  }

  /** A comma within quotes is part of its field; a doubled quote ends and begins quotes again. */
  private static ArrayNode fields(String line) {
    ArrayNode fields = JsonNodeFactory.instance.arrayNode();
    String row = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    boolean quoted = false;
    int begin = 0;
    for (int i = 0; i < row.length(); i++) {
      char c = row.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(row.substring(begin, i));
        begin = i + 1;
      }
    }
    return fields.add(row.substring(begin));
  }
}
