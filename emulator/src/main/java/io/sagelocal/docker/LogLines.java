package io.sagelocal.docker;

import io.sagelocal.engine.LogSink;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Puts a container's log together again. With timestamps on, each frame is {@code TIME text}; a
 * line of more than 16 KB comes in several frames, of which only the last ends in a line end. Where
 * the cut falls into a character, Docker's json-file has lost it already; other daemons give its
 * bytes in two frames. Where lines are cut here depends on the text alone, so that a log read twice
 * gives the same lines.
 */
final class LogLines {
  private static final int LONGEST_TIME = 40;

  private final LogSink sink;
  private final Map<Object, Line> unfinished = new HashMap<>();
  private final Times times = new Times();
  private Instant last = Instant.EPOCH;
  private long handedOver;
  private long seen;

  LogLines(LogSink sink) {
    this.sink = sink;
  }

  /** Begins again at the first frame; lines that were handed over are not handed over again. */
  void rewind() {
    unfinished.clear();
    seen = 0;
  }

  /** The next frame of one of the container's streams. */
  void frame(Object stream, byte[] frame) {
    int text = textStart(frame);
    Line line = unfinished.computeIfAbsent(stream, any -> new Line());
    line.decode(ByteBuffer.wrap(frame, text, frame.length - text), false);
    line.handOverWhatIsComplete();
  }

  /** The log has ended; a last line without its end is a line too. */
  void end() {
    unfinished.values().forEach(Line::finish);
    unfinished.clear();
  }

  private void handOver(String text) {
    seen++;
    if (seen > handedOver) {
      handedOver = seen;
      sink.line(last, text);
    }
  }

  /** Reads the time in front of a frame's text and answers where the text begins. */
  private int textStart(byte[] frame) {
    for (int i = 0; i < Math.min(frame.length, LONGEST_TIME); i++) {
      if (frame[i] == ' ') {
        try {
          Instant at = times.read(new String(frame, 0, i, StandardCharsets.US_ASCII));
          last = at.isBefore(last) ? last : at;
          return i + 1;
        } catch (DateTimeParseException e) {
          return 0; // no time in front: all of it is text
        }
      }
    }
    return 0;
  }

  /** Reads times; most lines are of the second of the one before, which need not be read again. */
  private static final class Times {
    private static final int SECOND_CHARS = "2026-01-01T00:00:00".length();
    private static final Pattern NANOS = Pattern.compile("\\.\\d{9}Z");

    private String second = "";
    private Instant begin = Instant.EPOCH;

    Instant read(String time) {
      boolean known = !second.isEmpty() && time.startsWith(second);
      if (known && NANOS.matcher(time).region(SECOND_CHARS, time.length()).matches()) {
        return begin.plusNanos(Integer.parseInt(time, SECOND_CHARS + 1, time.length() - 1, 10));
      }
      Instant read = Instant.parse(time);
      begin = read.truncatedTo(ChronoUnit.SECONDS);
      second = time.substring(0, SECOND_CHARS);
      return read;
    }
  }

  /** What a stream wrote since its last line end. */
  private final class Line {
    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder text = new StringBuilder();
    private ByteBuffer undecoded = ByteBuffer.allocate(0);

    void decode(ByteBuffer bytes, boolean end) {
      ByteBuffer all = ByteBuffer.allocate(undecoded.remaining() + bytes.remaining());
      all.put(undecoded).put(bytes).flip();
      CharBuffer chars = CharBuffer.allocate(all.remaining() + 2);
      decoder.decode(all, chars, end);
      if (end) {
        decoder.flush(chars);
      }
      undecoded = all.slice(); // the first bytes of a character whose rest is in the next frame
      text.append(chars.flip());
    }

    void handOverWhatIsComplete() {
      int from = 0;
      for (int end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
        handOver(text.substring(inPieces(from, end), end));
        from = end + 1;
      }
      text.delete(0, inPieces(from, text.length()));
    }

    void finish() {
      decode(ByteBuffer.allocate(0), true);
      if (!text.isEmpty()) {
        handOver(text.substring(inPieces(0, text.length())));
      }
    }

    /** Hands over whole pieces of a line and answers where the rest, not too long, begins. */
    private int inPieces(int from, int end) {
      int begin = from;
      while (end - begin > LogSink.MAX_LINE_CHARS) {
        int cut = begin + LogSink.MAX_LINE_CHARS;
        cut = Character.isHighSurrogate(text.charAt(cut - 1)) ? cut - 1 : cut;
        handOver(text.substring(begin, cut));
        begin = cut;
      }
      return begin;
    }
  }
}
