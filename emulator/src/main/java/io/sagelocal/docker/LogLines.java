package io.sagelocal.docker;

import com.github.dockerjava.api.async.ResultCallbackTemplate;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.sagelocal.engine.LogSink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Puts a container's log together again. With timestamps on, each frame is {@code TIME text}; a
 * text of more than 16 KB comes in several frames of which only the last ends in a line end.
 */
final class LogLines extends ResultCallbackTemplate<LogLines, Frame> {
  private static final int LONGEST_TIME = 40;

  private final LogSink sink;
  private final Map<StreamType, StringBuilder> unfinished = new EnumMap<>(StreamType.class);
  private Instant last = Instant.EPOCH;

  LogLines(LogSink sink) {
    this.sink = sink;
  }

  @Override
  public synchronized void onNext(Frame frame) {
    byte[] payload = frame.getPayload();
    int space = timeLength(payload);
    if (space > 0) {
      try {
        Instant at = Instant.parse(new String(payload, 0, space, StandardCharsets.US_ASCII));
        last = at.isBefore(last) ? last : at;
      } catch (DateTimeParseException e) {
        space = -1; // no time in front: all of it is text
      }
    }
    StringBuilder line =
        unfinished.computeIfAbsent(frame.getStreamType(), type -> new StringBuilder());
    line.append(new String(payload, space + 1, payload.length - space - 1, StandardCharsets.UTF_8));
    handOver(line);
  }

  @Override
  public synchronized void onComplete() {
    unfinished.values().stream()
        .filter(line -> !line.isEmpty())
        .forEach(line -> sink.line(last, line.toString()));
    unfinished.clear();
    super.onComplete();
  }

  private void handOver(StringBuilder line) {
    int from = 0;
    for (int end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n", from)) {
      int textEnd = end > from && line.charAt(end - 1) == '\r' ? end - 1 : end;
      inPieces(line, from, textEnd);
      from = end + 1;
    }
    line.delete(0, from);
    while (line.length() > LogSink.MAX_LINE_CHARS) {
      sink.line(last, line.substring(0, LogSink.MAX_LINE_CHARS));
      line.delete(0, LogSink.MAX_LINE_CHARS);
    }
  }

  private void inPieces(StringBuilder line, int from, int end) {
    int begin = from;
    while (end - begin > LogSink.MAX_LINE_CHARS) {
      sink.line(last, line.substring(begin, begin + LogSink.MAX_LINE_CHARS));
      begin += LogSink.MAX_LINE_CHARS;
    }
    sink.line(last, line.substring(begin, end));
  }

  private static int timeLength(byte[] payload) {
    for (int i = 0; i < Math.min(payload.length, LONGEST_TIME); i++) {
      if (payload[i] == ' ') {
        return i;
      }
    }
    return -1;
  }
}
