package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes the {@code aws-chunked} framing off a body, with or without chunk signatures, which are not
 * checked. The trailers are there once the end was read.
 */
public final class AwsChunkedStream extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_LINE_BYTES = 8 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Map<String, String> trailers = new TreeMap<>();
  private int at;
  private int end;
  private long leftOfChunk;
  private boolean begun;
  private boolean ended;

  public AwsChunkedStream(InputStream in) {
    this.in = in;
  }

  /** By name in lower case; complete at the end of the stream. */
  public Map<String, String> trailers() {
    return Collections.unmodifiableMap(trailers);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (leftOfChunk == 0 && !nextChunk()) {
      return -1;
    }
    int wanted = (int) Math.min(length, leftOfChunk);
    int count;
    if (at < end) {
      count = Math.min(wanted, end - at);
      System.arraycopy(buffer, at, bytes, offset, count);
      at += count;
    } else {
      count = in.read(bytes, offset, wanted);
      if (count < 0) {
        throw cutOff();
      }
    }
    leftOfChunk -= count;
    return count;
  }

  private boolean nextChunk() throws IOException {
    if (ended) {
      return false;
    }
    if (begun && !line().isEmpty()) {
      throw malformed("a chunk is longer than its header says");
    }
    begun = true;
    String header = line();
    int semicolon = header.indexOf(';');
    String size = semicolon < 0 ? header : header.substring(0, semicolon);
    try {
      leftOfChunk = Long.parseLong(size.trim(), 16);
    } catch (NumberFormatException e) {
      throw malformed("\"%s\" is no chunk size".formatted(size));
    }
    if (leftOfChunk < 0) {
      throw malformed("chunk size %s is negative".formatted(size));
    }
    if (leftOfChunk == 0) {
      ended = true;
      readTrailers();
    }
    return leftOfChunk > 0;
  }

  private void readTrailers() throws IOException {
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw malformed("\"%s\" is no trailer".formatted(line));
      }
      trailers.put(
          line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).trim());
    }
  }

  /** Up to the end of the line; the last line of a body may lack its end. */
  private String line() throws IOException {
    byte[] line = new byte[MAX_LINE_BYTES];
    for (int length = 0; length < MAX_LINE_BYTES; length++) {
      int one = next();
      if (one < 0 && !ended) {
        throw cutOff();
      }
      if (one < 0 || one == '\n') {
        int trimmed = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, trimmed, StandardCharsets.UTF_8);
      }
      line[length] = (byte) one;
    }
    throw malformed("a chunk header is longer than %d bytes".formatted(MAX_LINE_BYTES));
  }

  private int next() throws IOException {
    if (at == end) {
      end = Math.max(0, in.read(buffer, 0, BUFFER_BYTES));
      at = 0;
      if (end == 0) {
        return -1;
      }
    }
    return buffer[at++] & 0xff;
  }

  private static StoreException cutOff() {
    return new StoreException(ErrorCode.INCOMPLETE_BODY, "The aws-chunked body was cut off");
  }

  private static StoreException malformed(String why) {
    return new StoreException(
        ErrorCode.INVALID_REQUEST, "The aws-chunked body is malformed: " + why);
  }
}
