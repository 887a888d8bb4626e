package io.sagelocal.logs;

import java.util.List;

/**
 * Some events of a stream, oldest first.
 *
 * @param begin where the page begins in the stream, in bytes
 * @param end where the next page begins
 */
public record LogPage(List<LogEvent> events, long begin, long end) {
  public LogPage {
    events = List.copyOf(events);
  }
}
