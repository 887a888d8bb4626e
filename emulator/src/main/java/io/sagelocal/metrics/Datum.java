package io.sagelocal.metrics;

import java.time.Instant;

/**
 * Some values of a metric at one time, as a set of their statistics.
 *
 * @param count how many values there are; need not be whole
 * @param unit one of CloudWatch's, {@code None} where there is none
 */
public record Datum(
    Instant at, double count, double sum, double minimum, double maximum, String unit) {
  static final String NO_UNIT = "None";

  /** One value without a unit. */
  public static Datum of(Instant at, double value) {
    return of(at, value, 1, NO_UNIT);
  }

  /** A value that came so many times. */
  public static Datum of(Instant at, double value, double count, String unit) {
    return new Datum(at, count, value * count, value, value, unit);
  }

  public double average() {
    return sum / count;
  }

  /** Both together, at this one's time. */
  Datum plus(Datum other) {
    return new Datum(
        at,
        count + other.count,
        sum + other.sum,
        Math.min(minimum, other.minimum),
        Math.max(maximum, other.maximum),
        unit);
  }

  Datum movedTo(Instant time) {
    return new Datum(time, count, sum, minimum, maximum, unit);
  }
}
