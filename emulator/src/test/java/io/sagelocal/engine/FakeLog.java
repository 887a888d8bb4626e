package io.sagelocal.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a fake container wrote; readers follow it from the first line to its end. */
final class FakeLog {
  private record Line(Instant at, String text) {}

  private final List<Line> lines = new ArrayList<>();
  private boolean ended;

  synchronized void add(Instant at, String text) {
    lines.add(new Line(at, text));
    notifyAll();
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }

  void read(LogSink sink) throws InterruptedException {
    for (int next = 0; ; next++) {
      Line line;
      synchronized (this) {
        while (next >= lines.size() && !ended) {
          wait();
        }
        if (next >= lines.size()) {
          return;
        }
        line = lines.get(next);
      }
      for (int i = 0; i == 0 || i < line.text().length(); i += LogSink.MAX_LINE_CHARS) {
        sink.line(
            line.at(),
            line.text().substring(i, Math.min(line.text().length(), i + LogSink.MAX_LINE_CHARS)));
      }
    }
  }
}
