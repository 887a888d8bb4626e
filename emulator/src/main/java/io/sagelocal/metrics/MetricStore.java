package io.sagelocal.metrics;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Every metric of every account and region: a folder per metric, in it a file that names the metric
 * and one per source of data. A metric comes into being with its first datum.
 */
public final class MetricStore {
  private static final String NAME_FILE = "metric.json";
  private static final String SUFFIX = ".data";
  private static final String CLIENTS = "clients";
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final Map<Path, MetricSeries> open = new ConcurrentHashMap<>();

  public MetricStore(Path root) {
    this.root = root;
  }

  /** Adds what a client put; it is on disk when this returns. */
  public void put(Scope scope, Metric metric, List<Datum> data) {
    put(scope, metric, CLIENTS, data);
  }

  /** Adds what a source told; it is on disk when this returns. */
  public void put(Scope scope, Metric metric, String source, List<Datum> data) {
    Path folder = folder(scope, metric);
    name(folder, metric);
    series(folder, source).append(data);
  }

  /** Forgets what a source told of a metric, as it will tell it again from the first on. */
  public void forget(Scope scope, Metric metric, String source) {
    try {
      Files.deleteIfExists(file(folder(scope, metric), source));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes every metric of the accounts, in all regions. */
  public void deleteAll(Predicate<AccountId> accounts) {
    for (Path account : entries(root)) {
      if (accounts.test(new AccountId(String.valueOf(account.getFileName())))) {
        open.keySet().removeIf(file -> file.startsWith(account));
        entries(account).stream()
            .flatMap(region -> entries(region).stream())
            .forEach(MetricStore::deleteFolder);
      }
    }
  }

  private static void deleteFolder(Path folder) {
    try {
      for (Path file : entries(folder)) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The metrics of an account and region, by namespace, name and dimensions. */
  public List<Metric> list(Scope scope) {
    return entries(folder(scope)).stream()
        .filter(folder -> !sources(folder).isEmpty())
        .map(MetricStore::readName)
        .sorted(
            Comparator.comparing(Metric::namespace)
                .thenComparing(Metric::name)
                .thenComparing(metric -> metric.dimensions().toString()))
        .toList();
  }

  /** The latest datum of a metric, whichever source it came from. */
  public Optional<Datum> last(Scope scope, Metric metric) {
    return sources(folder(scope, metric)).stream()
        .flatMap(file -> series(file).last().stream())
        .max(Comparator.comparing(Datum::at));
  }

  /**
   * The data from one time to before another, put together per period.
   *
   * @param from where the first period begins
   * @param unit only data of this unit; empty for those of every unit, each for itself
   * @return each at the time at which its period begins, in that order; periods without data are
   *     left out
   */
  public List<Datum> statistics(
      Scope scope,
      Metric metric,
      Instant from,
      Instant to,
      Duration period,
      Optional<String> unit) {
    record Bin(long number, String unit) {}
    Map<Bin, Datum> bins =
        new TreeMap<>(Comparator.comparingLong(Bin::number).thenComparing(Bin::unit));
    for (Path file : sources(folder(scope, metric))) {
      series(file)
          .read(datum -> {
            if (!datum.at().isBefore(from)
                && datum.at().isBefore(to)
                && unit.map(datum.unit()::equals).orElse(true)) {
              long number = Duration.between(from, datum.at()).dividedBy(period);
              Instant begin = from.plus(period.multipliedBy(number));
              bins.merge(new Bin(number, datum.unit()), datum.movedTo(begin), Datum::plus);
            }
          });
    }
    return List.copyOf(bins.values());
  }

  private MetricSeries series(Path folder, String source) {
    return series(file(folder, source));
  }

  private MetricSeries series(Path file) {
    return open.computeIfAbsent(file, path -> new MetricSeries(path.toFile()));
  }

  private Path folder(Scope scope) {
    return root.resolve(scope.account().digits()).resolve(scope.region().name());
  }

  /** Names and dimensions are of any characters and length, so a folder has their hash's name. */
  private Path folder(Scope scope, Metric metric) {
    return folder(scope).resolve(hash(nameOf(metric)));
  }

  private static Path file(Path folder, String source) {
    return folder.resolve(hash(source.getBytes(StandardCharsets.UTF_8)) + SUFFIX);
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static byte[] nameOf(Metric metric) {
    try {
      return JSON.writeValueAsBytes(
          List.of(VERSION, metric.namespace(), metric.name(), metric.dimensions()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void name(Path folder, Metric metric) {
    Path file = folder.resolve(NAME_FILE);
    if (Files.exists(file)) {
      return;
    }
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, "metric", ".part");
      Files.write(part, nameOf(metric));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("metric folder " + folder + " cannot be written", e);
    }
  }

  private static Metric readName(Path folder) {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(folder.resolve(NAME_FILE)));
      return Metric.of(
          json.path(1).asText(),
          json.path(2).asText(),
          JSON.convertValue(json.path(3), new TypeReference<Map<String, String>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> sources(Path folder) {
    return entries(folder).stream().filter(file -> file.toString().endsWith(SUFFIX)).toList();
  }

  private static List<Path> entries(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
