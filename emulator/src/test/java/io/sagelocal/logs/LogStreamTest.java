package io.sagelocal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStreamTest {
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;
  private final FakeTimeline timeline = new FakeTimeline();

  @Test
  void pagesForwardGiveEveryEventOnce() throws IOException {
    LogStream stream = filled(1_000);
    List<String> read = new ArrayList<>();
    long position = 0;
    for (LogPage page = stream.forward(0, 7, e -> true);
        !page.events().isEmpty();
        page = stream.forward(position, 7, e -> true)) {
      page.events().forEach(event -> read.add(event.message()));
      position = page.end();
    }
    assertThat(read).isEqualTo(lines(0, 1_000));
  }

  @Test
  void pagesBackwardGiveEveryEventOnce() throws IOException {
    LogStream stream = filled(1_000);
    List<String> read = new ArrayList<>();
    long position = stream.end();
    for (LogPage page = stream.backward(position, 7, e -> true);
        !page.events().isEmpty();
        page = stream.backward(position, 7, e -> true)) {
      read.addAll(0, page.events().stream().map(LogEvent::message).toList());
      position = page.begin();
    }
    assertThat(read).isEqualTo(lines(0, 1_000));
  }

  @Test
  void anEventTellsWhereItIsFoundWhicheverWayItWasRead() throws IOException {
    LogStream stream = filled(100);
    List<LogEvent> forward = stream.forward(0, 100, e -> true).events();
    assertThat(stream.backward(stream.end(), 100, e -> true).events()).isEqualTo(forward);
    assertThat(forward)
        .allSatisfy(event ->
            assertThat(stream.forward(event.position(), 1, e -> true).events())
                .containsExactly(event));
  }

  @Test
  void theTailIsTheLastLines() throws IOException {
    assertThat(filled(100).tail(3)).isEqualTo(lines(97, 100));
    assertThat(filled(100).tail(1_000)).hasSize(200); // the same file, opened again
  }

  @Test
  void halfALineAtTheEndIsCutOffWhenItIsOpenedAgain() throws IOException {
    filled(10);
    Files.writeString(file(), "{\"t\":1,\"i\":2,\"m\":\"ha", StandardOpenOption.APPEND);
    LogStream again = new LogStream(file(), timeline);
    assertThat(again.count()).isEqualTo(10);
    again.append(AT, "next");
    assertThat(again.tail(2)).containsExactly("line 9", "next");
    assertThat(Files.readString(file(), StandardCharsets.UTF_8)).doesNotContain("\"ha");
  }

  @Test
  void anyTextIsKept() throws IOException {
    LogStream stream = new LogStream(file(), timeline);
    List<String> texts = List.of("", "a\rb", "tab\t\"quote\"", "grüße 🎉", "x".repeat(80_000));
    texts.forEach(text -> stream.append(AT, text));
    assertThat(new LogStream(file(), timeline).tail(10)).isEqualTo(texts);
  }

  @Test
  void aReaderBesideTheWriterSeesWholeLinesOnly() throws Exception {
    LogStream stream = new LogStream(file(), timeline);
    Thread writer =
        Thread.ofVirtual()
            .start(() -> IntStream.range(0, 2_000).forEach(i -> stream.append(AT, "line " + i)));
    List<String> read = new ArrayList<>();
    long position = 0;
    while (read.size() < 2_000) {
      LogPage page = stream.forward(position, 100, e -> true);
      page.events().forEach(event -> read.add(event.message()));
      position = page.end();
    }
    writer.join();
    assertThat(read).isEqualTo(lines(0, 2_000));
  }

  @Test
  void aWriterKeepsTheFileOpenAndOthersMayAddMeanwhile() throws IOException {
    LogStream stream = new LogStream(file(), timeline);
    try (LogStream.Writer writer = stream.writer()) {
      writer.append(AT, "one");
      stream.append(AT, "two");
      try (LogStream.Writer other = stream.writer()) {
        other.append(AT, "three");
      }
      writer.append(AT, "four");
      assertThat(stream.tail(9)).containsExactly("one", "two", "three", "four");
    }
    stream.append(AT, "five");
    assertThat(new LogStream(file(), timeline).tail(9))
        .containsExactly("one", "two", "three", "four", "five");
  }

  @Test
  void whoWritesIntoAGroupThatIsDeletedMakesItAnew() {
    LogStore store = new LogStore(folder, timeline);
    Scope scope = new Scope(new AccountId("000000000000"), new Region("us-east-1"));
    LogStream stream = store.open(scope, "group", "stream");
    try (LogStream.Writer writer = stream.writer()) {
      writer.append(AT, "before");
      store.deleteGroup(scope, "group");
      assertThat(store.groups(scope, "")).isEmpty();
      writer.append(AT, "after");
      assertThat(store.require(scope, "group", "stream").tail(9)).containsExactly("after");
      writer.append(AT, "later");
      assertThat(store.require(scope, "group", "stream").tail(9)).containsExactly("after", "later");
    }
  }

  @Test
  void namesBecomeFilesThatStayInTheirFolder() {
    for (String name : List.of("/aws/sagemaker/TrainingJobs", "..", ".", "a b*c?", "grüße%2F")) {
      String file = FileNames.encode(name);
      assertThat(file).doesNotContain("/").doesNotStartWith(".");
      assertThat(FileNames.decode(file)).isEqualTo(name);
    }
  }

  @Test
  void aPatternOfTermsMatches() {
    LogEvent event = new LogEvent(0, AT, AT, "ERROR no such column");
    assertThat(FilterPattern.parse("").matches(event)).isTrue();
    assertThat(FilterPattern.parse("ERROR \"such column\"").matches(event)).isTrue();
    assertThat(FilterPattern.parse("ERROR -column").matches(event)).isFalse();
    assertThat(FilterPattern.parse("?WARN ?ERROR").matches(event)).isTrue();
    assertThat(FilterPattern.parse("?WARN ?INFO").matches(event)).isFalse();
  }

  private LogStream filled(int events) throws IOException {
    LogStream stream = new LogStream(file(), timeline);
    lines(0, events).forEach(line -> stream.append(AT, line));
    return stream;
  }

  private Path file() {
    return folder.resolve("stream.jsonl");
  }

  private static List<String> lines(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
  }
}
