package io.sagelocal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How a command prints what was asked for. */
enum OutputFormat {
  TEXT {
    @Override
    void rows(PrintStream out, List<String> columns, List<List<String>> rows) {
      List<List<String>> lines = new ArrayList<>();
      lines.add(columns.stream().map(OutputFormat::heading).toList());
      lines.addAll(rows);
      int[] widths = new int[columns.size()];
      lines.forEach(line -> {
        for (int i = 0; i < widths.length; i++) {
          widths[i] = Math.max(widths[i], line.get(i).length());
        }
      });
      lines.forEach(line -> out.println(line(line, widths)));
    }

    @Override
    void document(PrintStream out, JsonNode document) {
      print(out, document, "");
    }

    private void print(PrintStream out, JsonNode node, String indent) {
      node.properties()
          .forEach(member -> {
            String name = indent + member.getKey() + ":";
            JsonNode value = member.getValue();
            if (value.isObject()) {
              out.println(name);
              print(out, value, indent + "  ");
            } else if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
              out.println(name);
              value.forEach(element -> {
                out.println(indent + "  -");
                print(out, element, indent + "    ");
              });
            } else {
              out.println(name + " " + (value.isTextual() ? value.asText() : shown(member)));
            }
          });
    }

    private String shown(Map.Entry<String, JsonNode> member) {
      boolean time = member.getKey().endsWith("Time") && member.getValue().isNumber();
      return time ? Times.text(member.getValue()) : member.getValue().toString();
    }
  },
  JSON {
    @Override
    void rows(PrintStream out, List<String> columns, List<List<String>> rows) throws IOException {
      List<Map<String, String>> objects = new ArrayList<>();
      for (List<String> row : rows) {
        Map<String, String> object = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
          object.put(columns.get(i), row.get(i));
        }
        objects.add(object);
      }
      out.println(MAPPER.writeValueAsString(objects));
    }

    @Override
    void document(PrintStream out, JsonNode document) throws IOException {
      out.println(MAPPER.writeValueAsString(document));
    }
  };

  private static final ObjectMapper COMPACT = new ObjectMapper();
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * Prints a table.
   *
   * @param columns names as JSON has them, such as {@code CreationTime}
   */
  abstract void rows(PrintStream out, List<String> columns, List<List<String>> rows)
      throws IOException;

  /** Prints a few values, which as text are the given line or lines. */
  void told(PrintStream out, Map<String, ?> values, String text) throws IOException {
    out.println(this == JSON ? COMPACT.writeValueAsString(values) : text);
  }

  /** Prints one thing with all that it holds. */
  abstract void document(PrintStream out, JsonNode document) throws IOException;

  /** {@code CreationTime} as {@code CREATION TIME}. */
  private static String heading(String column) {
    return column.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toUpperCase(Locale.ROOT);
  }

  private static String line(List<String> cells, int[] widths) {
    List<String> padded = new ArrayList<>();
    for (int i = 0; i < widths.length; i++) {
      padded.add(cells.get(i) + " ".repeat(widths[i] - cells.get(i).length()));
    }
    return padded.stream().collect(Collectors.joining("  ")).stripTrailing();
  }
}
