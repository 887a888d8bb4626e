package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.metrics.Datum;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what a client puts into a metric. */
final class MetricDatumReader {
  private MetricDatumReader() {}

  /**
   * Reads a datum: a value, values with how often each came, or their statistics.
   *
   * @param now the time of a datum that tells none
   * @throws ServiceError InvalidParameterValue
   */
  static List<Datum> read(Document one, Instant now) {
    Instant at = RequestTime.find(one, "Timestamp").orElse(now);
    String unit = one.findText("Unit").orElse("None");
    Optional<Document> set = one.findDocument("StatisticValues");
    if (set.isPresent()) {
      return List.of(
          new Datum(
              at,
              positive("StatisticValues.SampleCount", number(set.get(), "SampleCount")),
              number(set.get(), "Sum"),
              number(set.get(), "Minimum"),
              number(set.get(), "Maximum"),
              unit));
    }
    List<Double> values =
        one.has("Values") ? numbers(one, "Values") : List.of(number(one, "Value"));
    List<Double> counts = one.has("Counts") ? numbers(one, "Counts") : List.of();
    if (!counts.isEmpty() && counts.size() != values.size()) {
      throw MetricsOperations.invalid(
          "Counts has %d entries but Values has %d; they must be as many",
          counts.size(), values.size());
    }
    List<Datum> data = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      double count = counts.isEmpty() ? 1 : positive("Counts", counts.get(i));
      data.add(Datum.of(at, values.get(i), count, unit));
    }
    return data;
  }

  private static List<Double> numbers(Document one, String member) {
    List<Double> numbers = new ArrayList<>();
    for (Object each : (List<?>) one.members().getOrDefault(member, List.of())) {
      numbers.add(finite(member, each));
    }
    return numbers;
  }

  private static double number(Document one, String member) {
    return finite(member, one.members().get(member));
  }

  private static double finite(String member, @Nullable Object value) {
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw MetricsOperations.invalid("%s must be a number but was: %s", member, value);
  }

  private static double positive(String member, double value) {
    if (value <= 0) {
      throw MetricsOperations.invalid("%s must be greater than 0 but was: %s", member, value);
    }
    return value;
  }
}
