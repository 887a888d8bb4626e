package io.sagelocal.cli;

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
  };

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * Prints a table.
   *
   * @param columns names as JSON has them, such as {@code CreationTime}
   */
  abstract void rows(PrintStream out, List<String> columns, List<List<String>> rows)
      throws IOException;

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
