package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.engine.LogSink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static final String EARLY = "2026-01-02T03:04:05.000000001Z ";
  private static final String LATE = "2026-01-02T03:04:06.500000000Z ";

  private final List<String> lines = new ArrayList<>();
  private final List<Instant> times = new ArrayList<>();
  private final LogLines log =
      new LogLines((at, text) -> {
        times.add(at);
        lines.add(text);
      });

  @Test
  void eachLineHasTheTimeOfItsFrame() {
    frame("out", EARLY + "one\n");
    frame("out", LATE + "two\n");
    log.end();
    assertThat(lines).containsExactly("one", "two");
    assertThat(times)
        .containsExactly(
            Instant.parse("2026-01-02T03:04:05.000000001Z"),
            Instant.parse("2026-01-02T03:04:06.5Z"));
  }

  @Test
  void linesOfTheSameSecondHaveTimesOfTheirOwn() {
    frame("out", EARLY + "one\n");
    frame("out", "2026-01-02T03:04:05.120000000Z two\n");
    frame("out", "2026-01-02T03:04:05.5Z three\n");
    frame("out", "2026-01-02T03:04:05.12345678xZ is no time\n");
    log.end();
    assertThat(lines)
        .containsExactly("one", "two", "three", "2026-01-02T03:04:05.12345678xZ is no time");
    assertThat(times.subList(1, 3))
        .containsExactly(
            Instant.parse("2026-01-02T03:04:05.12Z"), Instant.parse("2026-01-02T03:04:05.5Z"));
  }

  @Test
  void timeNeverGoesBack() {
    frame("out", LATE + "one\n");
    frame("err", EARLY + "two\n");
    assertThat(times.get(1)).isEqualTo(times.get(0));
  }

  @Test
  void aLineInSeveralFramesIsOneLine() {
    frame("out", EARLY + "abc");
    frame("err", EARLY + "between\n");
    frame("out", LATE + "def\n");
    assertThat(lines).containsExactly("between", "abcdef");
  }

  @Test
  void aCharacterCutInTwoIsPutTogether() {
    byte[] text = "\u20ac\n".getBytes(StandardCharsets.UTF_8);
    frame("out", EARLY, Arrays.copyOfRange(text, 0, 1));
    frame("out", EARLY, Arrays.copyOfRange(text, 1, 2));
    frame("out", EARLY, Arrays.copyOfRange(text, 2, 4));
    assertThat(lines).containsExactly("\u20ac");
  }

  @Test
  void whatIsNotUtf8IsReplaced() {
    frame("out", EARLY, new byte[] {'a', (byte) 0xff, 'b', '\n', (byte) 0xc3});
    log.end();
    assertThat(lines).containsExactly("a\ufffdb", "\ufffd");
  }

  @Test
  void carriageReturnsStay() {
    frame("out", EARLY + " 10%\r 20%\r\n");
    assertThat(lines).containsExactly(" 10%\r 20%\r");
  }

  @Test
  void emptyLinesAreLinesAndALastOneWithoutEndToo() {
    frame("out", EARLY + "\n");
    frame("out", EARLY + "rest");
    log.end();
    assertThat(lines).containsExactly("", "rest");
  }

  @Test
  void textWithoutATimeIsKeptWhole() {
    frame("out", "no time here\n");
    assertThat(lines).containsExactly("no time here");
  }

  @Test
  void aLongLineIsCutAtTheSamePlacesHoweverItArrives() {
    String text = "x" + "\ud83d\ude00".repeat(LogSink.MAX_LINE_CHARS) + "\n";
    frame("out", EARLY + text);
    List<String> atOnce = List.copyOf(lines);
    lines.clear();

    LogLines other = new LogLines((at, piece) -> lines.add(piece));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i += 16_384) {
      other.frame(
          "out", join(EARLY, Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + 16_384))));
    }
    other.end();

    assertThat(lines).isEqualTo(atOnce);
    assertThat(String.join("", lines) + "\n").isEqualTo(text);
    assertThat(lines)
        .allSatisfy(piece -> {
          assertThat(piece.length()).isLessThanOrEqualTo(LogSink.MAX_LINE_CHARS);
          assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isFalse();
        });
  }

  @Test
  void readAgainOnlyNewLinesAreHandedOver() {
    frame("out", EARLY + "one\n");
    frame("out", EARLY + "tw");
    log.rewind();
    frame("out", EARLY + "one\n");
    frame("out", EARLY + "two\n");
    log.end();
    assertThat(lines).containsExactly("one", "two");
  }

  private void frame(String stream, String frame) {
    frame(stream, frame, new byte[0]);
  }

  private void frame(String stream, String time, byte[] rest) {
    log.frame(stream, join(time, rest));
  }

  private static byte[] join(String time, byte[] rest) {
    byte[] front = time.getBytes(StandardCharsets.UTF_8);
    byte[] frame = Arrays.copyOf(front, front.length + rest.length);
    System.arraycopy(rest, 0, frame, front.length, rest.length);
    return frame;
  }
}
