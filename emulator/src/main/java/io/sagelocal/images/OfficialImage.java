package io.sagelocal.images;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An MXNet image of AWS, taken apart.
 *
 * @param version complete, such as 1.2.1, where the name may only say 1.2
 * @param processor {@code cpu} or {@code gpu}
 * @param python {@code py2}, {@code py3}, {@code py37} …
 */
record OfficialImage(Kind kind, String version, String processor, String python) {

  /** What an image is for; the early ones did both. */
  enum Kind {
    BOTH,
    TRAINING,
    INFERENCE
  }

  private static final Pattern NAME =
      Pattern.compile(
          "[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(?:\\.cn)?/"
              + "(?<repository>sagemaker-mxnet|sagemaker-mxnet-serving|mxnet-training|mxnet-inference)"
              + ":(?<version>[0-9]+(?:\\.[0-9]+)+)-(?<processor>cpu|gpu)-(?<python>py[0-9]+)(?:-.*)?");

  /** SDKs before 1.18 send the version as the user wrote it. */
  private static final Map<String, String> NEWEST_PATCH =
      Map.of(
          "0.12", "0.12.1",
          "1.0", "1.0.0",
          "1.1", "1.1.0",
          "1.2", "1.2.1",
          "1.3", "1.3.0",
          "1.4", "1.4.1",
          "1.6", "1.6.0",
          "1.7", "1.7.0",
          "1.8", "1.8.0",
          "1.9", "1.9.0");

  static Optional<OfficialImage> parse(String image) {
    Matcher name = NAME.matcher(image);
    if (!name.matches()) {
      return Optional.empty();
    }
    String version = name.group("version");
    Kind kind =
        switch (name.group("repository")) {
          case "mxnet-training" -> Kind.TRAINING;
          case "mxnet-inference", "sagemaker-mxnet-serving" -> Kind.INFERENCE;
          default -> Kind.BOTH;
        };
    return Optional.of(
        new OfficialImage(
            kind,
            NEWEST_PATCH.getOrDefault(version, version),
            name.group("processor"),
            name.group("python")));
  }

  /** The name under which {@code containers/build} makes its stand-in on this machine. */
  String local() {
    String suffix =
        switch (kind) {
          case BOTH -> "";
          case TRAINING -> "-training";
          case INFERENCE -> "-inference";
        };
    return "sagelocal/mxnet%s:%s-%s-%s".formatted(suffix, version, processor, python);
  }

  /** The command that makes {@link #local}. */
  String buildCommand() {
    return "containers/build --version %s --python %s".formatted(version, python);
  }
}
