package io.sagelocal.aws;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** An ML instance type such as {@code ml.c4.xlarge}. */
public record InstanceType(String name) {

  /**
   * What an instance has.
   *
   * @param cpus vCPUs
   * @param memoryBytes memory
   * @param gpus NVIDIA GPUs
   */
  public record Shape(int cpus, long memoryBytes, int gpus) {}

  /** What an instance of this type has; empty for a type that the table does not know. */
  public Optional<Shape> shape() {
    return Optional.ofNullable(Table.SHAPES.get(name));
  }

  /** Whether it has NVIDIA GPUs. */
  public boolean gpu() {
    return gpus() > 0;
  }

  /** How many NVIDIA GPUs it has. */
  public int gpus() {
    return shape().map(Shape::gpus).orElse(0);
  }

  @Override
  public String toString() {
    return name;
  }

  /** Read when the first type is looked up. */
  private static final class Table {
    private static final String FILE = "instance-types.txt";
    private static final BigDecimal GIB = BigDecimal.valueOf(1L << 30);
    static final Map<String, Shape> SHAPES = read();

    private static Map<String, Shape> read() {
      try (InputStream file = InstanceType.class.getResourceAsStream(FILE)) {
        if (file == null) {
          throw new IllegalStateException(FILE + " is not in the jar");
        }
        return new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(line -> line.strip().split("\\s+"))
            .collect(
                Collectors.toUnmodifiableMap(
                    columns -> columns[0],
                    columns ->
                        new Shape(
                            Integer.parseInt(columns[1]),
                            new BigDecimal(columns[2]).multiply(GIB).longValueExact(),
                            Integer.parseInt(columns[3]))));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
