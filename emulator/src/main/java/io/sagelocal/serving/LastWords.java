package io.sagelocal.serving;

import java.util.List;
import java.util.regex.Pattern;

/** The part of a log that tells why a container ended. */
final class LastWords {
  private static final String TRACEBACK = "Traceback (most recent call last)";
  private static final String PING = "/ping";
  private static final Pattern EXCEPTION =
      Pattern.compile("(?:\\w+\\.)*\\w*(?:Error|Exception|Exit|Interrupt)(?:: .*)?");
  private static final int LINES_OF_TRACEBACK = 120;
  private static final int LINES = 10;
  private static final int CHARS = 800;

  private LastWords() {}

  /**
   * The first traceback with its exception, as those after it are of programs that gave up because
   * of it; else the last lines that are not about pings.
   */
  static String of(List<String> log) {
    List<String> lines = log.stream().filter(line -> !line.contains(PING)).toList();
    int begin = Math.max(0, lines.size() - LINES);
    int end = lines.size();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(TRACEBACK)) {
        begin = i;
        end = endOfTraceback(lines, i + 1);
        break;
      }
    }
    String words = String.join("\n", lines.subList(begin, end));
    return words.length() <= CHARS ? words : "…" + words.substring(words.length() - CHARS);
  }

  /**
   * After its indented lines comes one with the exception; where several workers fail at once,
   * lines of others may be between.
   */
  private static int endOfTraceback(List<String> lines, int from) {
    for (int i = from; i < Math.min(lines.size(), from + LINES_OF_TRACEBACK); i++) {
      if (EXCEPTION.matcher(lines.get(i)).matches()) {
        return i + 1;
      }
    }
    int next = from;
    while (next < lines.size() && lines.get(next).startsWith(" ")) {
      next++;
    }
    return Math.min(next + 1, lines.size());
  }
}
