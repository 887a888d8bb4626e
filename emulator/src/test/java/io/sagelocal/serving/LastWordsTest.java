package io.sagelocal.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LastWordsTest {
  @Test
  void theFirstTracebackTellsWhy() {
    assertThat(
            LastWords.of(
                List.of(
                    "starting",
                    "Traceback (most recent call last):",
                    "  File \"script.py\", line 2, in model_fn",
                    "ValueError: no such layer",
                    "GET /ping 502",
                    "Traceback (most recent call last):",
                    "  File \"arbiter.py\", line 202, in run",
                    "HaltServer: worker failed to boot")))
        .isEqualTo(
            """
            Traceback (most recent call last):
              File "script.py", line 2, in model_fn
            ValueError: no such layer\
            """);
  }

  @Test
  void twoWorkersThatFailAtOnceDoNotHideTheReason() {
    assertThat(
            LastWords.of(
                List.of(
                    "Traceback (most recent call last):",
                    "  File \"worker.py\", line 1, in run",
                    "[2026-01-01] [20] [ERROR] Exception in worker process",
                    "  File \"script.py\", line 2, in model_fn",
                    "AttributeError: no such layer",
                    "Worker exiting")))
        .endsWith("AttributeError: no such layer");
  }

  @Test
  void withoutATracebackTheLastLinesDo() {
    List<String> log = IntStream.range(0, 50).mapToObj(i -> "line " + i).toList();
    assertThat(LastWords.of(log)).startsWith("line 40").endsWith("line 49");
    assertThat(LastWords.of(List.of())).isEmpty();
  }

  @Test
  void ofALongTracebackTheEndIsKept() {
    String words =
        LastWords.of(
            List.of("Traceback (most recent call last):", " " + "x".repeat(5_000), "Error: why"));
    assertThat(words).hasSizeLessThanOrEqualTo(801).endsWith("Error: why");
  }
}
