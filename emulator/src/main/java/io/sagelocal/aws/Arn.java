package io.sagelocal.aws;

import java.util.Locale;
import java.util.Optional;

/**
 * An Amazon Resource Name of the form {@code arn:partition:service:region:account:type/name}.
 *
 * @param name in lower case, as SageMaker writes it
 */
public record Arn(
    String partition, String service, String region, String account, String type, String name) {

  public Arn {
    name = name.toLowerCase(Locale.ROOT);
  }

  /** Reads an ARN of that form; empty for any other text. */
  public static Optional<Arn> parse(String text) {
    String[] parts = text.split(":", 6);
    if (parts.length != 6 || !parts[0].equals("arn")) {
      return Optional.empty();
    }
    int slash = parts[5].indexOf('/');
    if (slash <= 0 || slash == parts[5].length() - 1) {
      return Optional.empty();
    }
    String type = parts[5].substring(0, slash);
    return Optional.of(
        new Arn(parts[1], parts[2], parts[3], parts[4], type, parts[5].substring(slash + 1)));
  }

  @Override
  public String toString() {
    return "arn:%s:%s:%s:%s:%s/%s".formatted(partition, service, region, account, type, name);
  }
}
