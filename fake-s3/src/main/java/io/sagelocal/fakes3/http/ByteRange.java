package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.StoreException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stretch of an object.
 *
 * @param first offset of its first byte
 */
record ByteRange(long first, long length) {
  private static final Pattern FORM = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /**
   * Reads a Range header. One that is no single range of bytes is passed over, as HTTP has it.
   *
   * @throws StoreException InvalidRange when it lies outside
   */
  static Optional<ByteRange> parse(String header, long size) {
    Matcher match = FORM.matcher(header.trim());
    if (!match.matches() || (match.group(1).isEmpty() && match.group(2).isEmpty())) {
      return Optional.empty();
    }
    long first;
    long last = size - 1;
    if (match.group(1).isEmpty()) {
      long suffix = Long.parseLong(match.group(2));
      first = suffix == 0 ? size : Math.max(0, size - suffix);
    } else {
      first = Long.parseLong(match.group(1));
      if (!match.group(2).isEmpty()) {
        long asked = Long.parseLong(match.group(2));
        if (asked < first) {
          return Optional.empty();
        }
        last = Math.min(last, asked);
      }
    }
    if (first >= size) {
      throw new StoreException(
          ErrorCode.INVALID_RANGE,
          "The requested range is not satisfiable: %s of %d bytes".formatted(header, size));
    }
    return Optional.of(new ByteRange(first, last - first + 1));
  }

  /** As Content-Range has it. */
  String of(long size) {
    return "bytes %d-%d/%d".formatted(first, first + length - 1, size);
  }
}
