package io.sagelocal.logs;

import io.sagelocal.aws.ServiceError;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A FilterLogEvents pattern of plain terms: all of {@code a "b c"}, none of {@code -d}, and one of
 * {@code ?e ?f} where there are such.
 */
public record FilterPattern(List<String> all, List<String> any, List<String> none) {
  private static final Pattern TERM = Pattern.compile("([?-]?)(?:\"([^\"]*)\"|(\\S+))");

  public FilterPattern {
    all = List.copyOf(all);
    any = List.copyOf(any);
    none = List.copyOf(none);
  }

  /**
   * Reads a pattern; an empty one matches everything.
   *
   * @throws ServiceError InvalidParameterException for a JSON or space-delimited pattern
   */
  public static FilterPattern parse(String text) {
    String pattern = text.strip();
    if (pattern.startsWith("{") || pattern.startsWith("[") || pattern.startsWith("%")) {
      throw new ServiceError(
          "InvalidParameterException",
          "filterPattern %s is not supported: this emulator matches terms, \"phrases\", ?either and -not"
              .formatted(pattern));
    }
    List<String> all = new ArrayList<>();
    List<String> any = new ArrayList<>();
    List<String> none = new ArrayList<>();
    Matcher terms = TERM.matcher(pattern);
    while (terms.find()) {
      String term = terms.group(2) == null ? terms.group(3) : terms.group(2);
      switch (terms.group(1)) {
        case "?" -> any.add(term);
        case "-" -> none.add(term);
        default -> all.add(term);
      }
    }
    return new FilterPattern(all, any, none);
  }

  public boolean matches(LogEvent event) {
    String message = event.message();
    return all.stream().allMatch(message::contains)
        && none.stream().noneMatch(message::contains)
        && (any.isEmpty() || any.stream().anyMatch(message::contains));
  }
}
