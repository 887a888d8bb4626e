package io.sagelocal.metrics;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.ArrayList;
import java.util.List;

/**
 * How a metric's values are found in a log.
 *
 * @param regex its first group is the value; without a group all of it is
 */
public record MetricDefinition(String name, String regex) {

  /** Reads an entry of MetricDefinitions. */
  public static MetricDefinition of(Document request) {
    return new MetricDefinition(request.text("Name"), request.text("Regex"));
  }

  /**
   * What finds the values.
   *
   * @throws ServiceError a ValidationException when the expression is none, or wants to look around
   *     or back, which cannot be done in linear time
   */
  public Finder finder() {
    try {
      return new Finder(name, Pattern.compile(regex));
    } catch (PatternSyntaxException e) {
      throw ServiceError.validation(
          "Regex \"%s\" of metric %s is not supported by this emulator, which reads RE2's syntax: %s",
          regex, name, e.getDescription());
    }
  }

  /** Finds values in time that grows with the line's length alone, whatever the expression. */
  public record Finder(String name, Pattern pattern) {

    /** The values that a line tells, in their order; what is no finite number is passed over. */
    public List<Double> values(String line) {
      List<Double> values = new ArrayList<>();
      Matcher matches = pattern.matcher(line);
      int group = Math.min(1, matches.groupCount());
      while (matches.find()) {
        String text = matches.group(group);
        if (text != null) {
          add(text.strip(), values);
        }
      }
      return values;
    }

    private static void add(String text, List<Double> values) {
      try {
        double value = Double.parseDouble(text);
        if (Double.isFinite(value)) {
          values.add(value);
        }
      } catch (NumberFormatException e) {
        return; // the expression matched something else, such as "n/a"
      }
    }
  }
}
