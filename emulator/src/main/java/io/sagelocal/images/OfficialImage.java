package io.sagelocal.images;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an MXNet image of AWS, taken apart.
 *
 * @param registry account and region
 * @param version as the client wrote it, such as 1.2 or 1.2.1
 * @param processor {@code cpu} or {@code gpu}
 * @param python {@code py2}, {@code py3}, {@code py37} …
 * @param suffix the rest of the tag, such as {@code -ubuntu18.04}
 */
record OfficialImage(
    String registry,
    String repository,
    String version,
    String processor,
    String python,
    String suffix) {

  /** The accounts that own the images up to MXNet 1.4, one for most regions and some for others. */
  private static final Set<String> SAGEMAKER =
      Set.of(
          "520713654638",
          "246785580436",
          "048378556238",
          "057415533634",
          "313743910680",
          "422961961927",
          "423003514399",
          "453391408702",
          "724002660598",
          "744548109606");

  /** The accounts that own the Deep Learning Containers. */
  private static final Set<String> DEEP_LEARNING_CONTAINERS =
      Set.of(
          "763104351884",
          "094389454867",
          "204538143572",
          "217643126080",
          "364406365360",
          "380420809688",
          "442386744353",
          "446045086412",
          "457447274322",
          "503227376785",
          "626614931356",
          "692866216735",
          "727897471807",
          "772153158452",
          "780543022126",
          "871362719292",
          "886529160074",
          "907027046896",
          "914824155844");

  /** The official repositories, each with the accounts that own it. */
  static final Map<String, Set<String>> REPOSITORIES =
      Map.of(
          "sagemaker-mxnet", SAGEMAKER,
          "sagemaker-mxnet-serving", SAGEMAKER,
          "mxnet-training", DEEP_LEARNING_CONTAINERS,
          "mxnet-inference", DEEP_LEARNING_CONTAINERS);

  private static final Pattern NAME =
      Pattern.compile(
          "(?<registry>(?<account>[0-9]{12})\\.dkr\\.ecr(?:-fips)?\\.[a-z0-9-]+\\.[a-z0-9.]+)"
              + "/(?<repository>[a-z-]+)"
              + ":(?<version>[0-9]+(?:\\.[0-9]+)+)-(?<processor>cpu|gpu)-(?<python>py[0-9]+)"
              + "(?<suffix>(?:-.*)?)");

  /** Takes a name apart; empty for one that is no official MXNet image. */
  static Optional<OfficialImage> parse(String image) {
    Matcher name = NAME.matcher(image);
    if (!name.matches()
        || !REPOSITORIES
            .getOrDefault(name.group("repository"), Set.of())
            .contains(name.group("account"))) {
      return Optional.empty();
    }
    return Optional.of(
        new OfficialImage(
            name.group("registry"),
            name.group("repository"),
            name.group("version"),
            name.group("processor"),
            name.group("python"),
            name.group("suffix")));
  }

  /** The same image for machines without a GPU. Its name says nothing of CUDA. */
  OfficialImage onCpu() {
    String rest = suffix.replaceFirst("-cu[0-9]+", "");
    return new OfficialImage(registry, repository, version, "cpu", python, rest);
  }

  boolean gpu() {
    return processor.equals("gpu");
  }

  /** The name as clients send it. */
  String name() {
    return "%s/%s:%s-%s-%s%s".formatted(registry, repository, version, processor, python, suffix);
  }
}
