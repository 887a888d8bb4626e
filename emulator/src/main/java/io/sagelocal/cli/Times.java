package io.sagelocal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;

/** Times of the API, which are seconds of the epoch as a number. */
final class Times {
  private static final int MILLI_DIGITS = 3;

  private Times() {}

  /** As ISO 8601 has it; {@code -} where there is none. */
  static String text(JsonNode seconds) {
    return seconds.isNumber() ? of(seconds.decimalValue()).toString() : "-";
  }

  private static Instant of(BigDecimal seconds) {
    return Instant.ofEpochMilli(seconds.movePointRight(MILLI_DIGITS).longValue());
  }
}
