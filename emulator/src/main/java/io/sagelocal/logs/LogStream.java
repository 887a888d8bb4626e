package io.sagelocal.logs;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.state.Timeline;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One stream: a file with an event per line, {@code {"t":…,"i":…,"m":…}}. A crash may leave half a
 * line at its end, which is cut off when the stream is opened again. A position is a number of
 * bytes.
 *
 * <p>Files are opened the plain way, not as channels: an interrupt of the thread that writes must
 * not close the file.
 */
public final class LogStream {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BLOCK_BYTES = 1 << 16;
  private static final int MAX_PAGE_BYTES = 1 << 20;

  private final File file;
  private final Timeline timeline;
  private long count;
  private long length;
  private int writers;
  private @Nullable RandomAccessFile out; // while it is open for writing

  LogStream(Path path, Timeline timeline) throws IOException {
    this.file = path.toFile();
    this.timeline = timeline;
    if (file.exists()) {
      recover();
    }
  }

  /** A line to add and when it was written. */
  public record Line(Instant at, String message) {}

  /** Adds an event; it is in the file when this returns. */
  public void append(Instant at, String message) {
    appendAll(List.of(new Line(at, message)));
  }

  /** Adds events in their order. */
  public synchronized void appendAll(List<Line> events) {
    Instant ingested = timeline.now();
    StringBuilder lines = new StringBuilder();
    for (Line event : events) {
      encode(event, ingested, lines);
    }
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    try {
      write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("log stream " + file + " cannot be written", e);
    }
    length += bytes.length;
    count += events.size();
  }

  /** For who writes line after line: the file stays open until the writer is closed. */
  public synchronized Writer writer() {
    writers++;
    return new Writer();
  }

  /** Adds events one by one. */
  public final class Writer implements AutoCloseable {
    private Writer() {}

    /** Adds an event; it is in the file when this returns. */
    public void append(Instant at, String message) {
      LogStream.this.append(at, message);
    }

    @Override
    public void close() {
      try {
        leave();
      } catch (IOException e) {
        throw new UncheckedIOException("log stream " + file + " cannot be closed", e);
      }
    }
  }

  private synchronized void leave() throws IOException {
    writers--;
    closeUnlessWritten();
  }

  /** Deletes the file with all events; a later event makes it anew. */
  synchronized void delete() throws IOException {
    closeFile();
    Files.deleteIfExists(file.toPath());
    length = 0;
    count = 0;
  }

  /** All of it or nothing. */
  private void write(byte[] bytes) throws IOException {
    RandomAccessFile target = writable();
    try {
      target.write(bytes);
    } catch (IOException e) {
      try {
        target.setLength(length); // what a full disk still took
        closeFile();
      } catch (IOException worse) {
        e.addSuppressed(worse);
      }
      throw e;
    }
    closeUnlessWritten();
  }

  private void closeUnlessWritten() throws IOException {
    if (writers == 0) {
      closeFile();
    }
  }

  private void closeFile() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }

  private RandomAccessFile writable() throws IOException {
    if (out == null) {
      out = made();
      out.seek(length);
    }
    return out;
  }

  private RandomAccessFile made() throws IOException {
    try {
      return new RandomAccessFile(file, "rw");
    } catch (FileNotFoundException e) { // mostly the folder is there
      Files.createDirectories(file.toPath().toAbsolutePath().getParent());
      return new RandomAccessFile(file, "rw");
    }
  }

  /** How many events there are. */
  public synchronized long count() {
    return count;
  }

  /** Where the next event will be. */
  public synchronized long end() {
    return length;
  }

  /** The messages of the last events, at most so many. */
  public List<String> tail(int events) {
    return backward(end(), events, event -> true).events().stream().map(LogEvent::message).toList();
  }

  /** Events from a position on, at most so many, and at most a megabyte. */
  public LogPage forward(long from, int limit, Predicate<LogEvent> wanted) {
    long stop = end();
    long position = Math.min(Math.max(from, 0), stop);
    List<LogEvent> events = new ArrayList<>();
    long begin = position;
    try (RandomAccessFile in = open(stop)) {
      LineReader lines = new LineReader(in, position, stop);
      long read = 0;
      while (events.size() < limit && read < MAX_PAGE_BYTES) {
        String line = lines.next();
        if (line == null) {
          break;
        }
        LogEvent event = decode(position, line);
        if (wanted.test(event)) {
          events.add(event);
          read += line.length();
        }
        position = lines.position();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("log stream " + file + " cannot be read", e);
    }
    return new LogPage(events, begin, position);
  }

  /** Events before a position, the nearest ones, at most so many, and at most a megabyte. */
  public LogPage backward(long before, int limit, Predicate<LogEvent> wanted) {
    long stop = Math.min(Math.max(before, 0), end());
    Deque<LogEvent> events = new ArrayDeque<>();
    long begin = stop;
    try (RandomAccessFile in = open(end())) {
      long read = 0;
      while (begin > 0 && events.size() < limit && read < MAX_PAGE_BYTES) {
        long lineBegin = beginOfLineBefore(in, begin);
        LineReader lines = new LineReader(in, lineBegin, begin);
        String line = lines.next();
        LogEvent event = decode(lineBegin, line == null ? "" : line);
        if (wanted.test(event)) {
          events.addFirst(event);
          read += begin - lineBegin;
        }
        begin = lineBegin;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("log stream " + file + " cannot be read", e);
    }
    return new LogPage(List.copyOf(events), begin, stop);
  }

  private RandomAccessFile open(long length) throws IOException {
    if (length == 0 && !file.exists()) {
      Files.createDirectories(file.toPath().toAbsolutePath().getParent());
      return new RandomAccessFile(file, "rw");
    }
    return new RandomAccessFile(file, "r");
  }

  /** Where the line begins whose line end is just before the position. */
  private static long beginOfLineBefore(RandomAccessFile in, long position) throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    long end = position - 1;
    while (end > 0) {
      int size = (int) Math.min(BLOCK_BYTES, end);
      in.seek(end - size);
      in.readFully(block, 0, size);
      for (int i = size - 1; i >= 0; i--) {
        if (block[i] == '\n') {
          return end - size + i + 1;
        }
      }
      end -= size;
    }
    return 0;
  }

  private void recover() throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file, "rw")) {
      byte[] block = new byte[BLOCK_BYTES];
      long position = 0;
      for (int n = in.read(block); n > 0; n = in.read(block)) {
        for (int i = 0; i < n; i++) {
          if (block[i] == '\n') {
            count++;
            length = position + i + 1;
          }
        }
        position += n;
      }
      if (position > length) {
        in.setLength(length);
      }
    }
  }

  private static void encode(Line event, Instant ingested, StringBuilder lines) {
    lines.append("{\"t\":").append(event.at().toEpochMilli());
    lines.append(",\"i\":").append(ingested.toEpochMilli());
    lines.append(",\"m\":\"");
    JsonStringEncoder.getInstance().quoteAsString(event.message(), lines);
    lines.append("\"}\n");
  }

  private static LogEvent decode(long position, String line) throws IOException {
    JsonNode json = JSON.readTree(line);
    return new LogEvent(
        position,
        Instant.ofEpochMilli(json.path("t").asLong()),
        Instant.ofEpochMilli(json.path("i").asLong()),
        json.path("m").asText());
  }
}
