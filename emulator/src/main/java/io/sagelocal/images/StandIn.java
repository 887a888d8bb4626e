package io.sagelocal.images;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A line of the table of official MXNet images: which image built here stands in for one of them.
 *
 * @param repository the official repository, of {@link OfficialImage#REPOSITORIES}
 * @param release the complete MXNet release of the official image
 * @param pythons the Python tags that its names carry
 * @param local the image here, with {@code *} where {@code cpu} or {@code gpu} stands
 */
public record StandIn(String repository, String release, List<String> pythons, String local) {
  private static final List<String> PY3 = List.of("py3");

  /**
   * Official images without a line have no stand-in: MXNet 1.3.0, which is no release that is built
   * here, and from 1.4 on those of Python 2.
   */
  public static final List<StandIn> TABLE =
      List.of(
          // before script mode one image trains and serves
          new StandIn("sagemaker-mxnet", "0.12.1", List.of("py2"), "mxnet:0.12.1-*-py2"),
          new StandIn("sagemaker-mxnet", "0.12.1", PY3, "mxnet:0.12.1-*-py3"),
          new StandIn("sagemaker-mxnet", "1.0.0", List.of("py2"), "mxnet:1.0.0-*-py2"),
          new StandIn("sagemaker-mxnet", "1.0.0", PY3, "mxnet:1.0.0-*-py3"),
          new StandIn("sagemaker-mxnet", "1.1.0", List.of("py2"), "mxnet:1.1.0-*-py2"),
          new StandIn("sagemaker-mxnet", "1.1.0", PY3, "mxnet:1.1.0-*-py3"),
          new StandIn("sagemaker-mxnet", "1.2.1", List.of("py2"), "mxnet:1.2.1-*-py2"),
          new StandIn("sagemaker-mxnet", "1.2.1", PY3, "mxnet:1.2.1-*-py3"),
          // script mode: one image trains, another serves
          new StandIn("sagemaker-mxnet", "1.4.0", PY3, "mxnet-training:1.4.1-*-py3"),
          new StandIn("sagemaker-mxnet", "1.4.1", PY3, "mxnet-training:1.4.1-*-py3"),
          new StandIn("sagemaker-mxnet-serving", "1.4.0", PY3, "mxnet-inference:1.4.1-*-py3"),
          new StandIn("sagemaker-mxnet-serving", "1.4.1", PY3, "mxnet-inference:1.4.1-*-py3"),
          new StandIn(
              "mxnet-training", "1.4.1", List.of("py3", "py36"), "mxnet-training:1.4.1-*-py3"),
          new StandIn(
              "mxnet-inference", "1.4.1", List.of("py3", "py36"), "mxnet-inference:1.4.1-*-py3"),
          new StandIn(
              "mxnet-training", "1.6.0", List.of("py3", "py36"), "mxnet-training:1.6.0-*-py3"),
          new StandIn(
              "mxnet-inference", "1.6.0", List.of("py3", "py36"), "mxnet-inference:1.6.0-*-py3"),
          new StandIn(
              "mxnet-training", "1.7.0", List.of("py3", "py36"), "mxnet-training:1.7.0-*-py3"),
          new StandIn(
              "mxnet-inference", "1.7.0", List.of("py3", "py36"), "mxnet-inference:1.7.0-*-py3"),
          new StandIn(
              "mxnet-training", "1.8.0", List.of("py3", "py37"), "mxnet-training:1.8.0-*-py3"),
          new StandIn(
              "mxnet-inference", "1.8.0", List.of("py3", "py37"), "mxnet-inference:1.8.0-*-py3"),
          // PyPI has no 1.9.0
          new StandIn(
              "mxnet-training", "1.9.0", List.of("py3", "py38"), "mxnet-training:1.9.1-*-py3"),
          new StandIn(
              "mxnet-inference", "1.9.0", List.of("py3", "py38"), "mxnet-inference:1.9.1-*-py3"));

  private static final String PREFIX = "sagelocal/";

  public StandIn {
    pythons = List.copyOf(pythons);
  }

  /** The line for an official image; a version of two numbers means its newest patch release. */
  static Optional<StandIn> of(OfficialImage official) {
    return TABLE.stream()
        .filter(line -> line.repository.equals(official.repository()))
        .filter(line -> line.pythons.contains(official.python()))
        .filter(line -> line.isRelease(official.version()))
        .max(Comparator.comparing(StandIn::release));
  }

  private boolean isRelease(String version) {
    return release.equals(version)
        || release.substring(0, release.lastIndexOf('.')).equals(version);
  }

  /**
   * The name of the image here.
   *
   * @param processor {@code cpu} or {@code gpu}
   */
  public String image(String processor) {
    return PREFIX + local.replace("*", processor);
  }

  /** The repositories and tags it stands in for, with {@code *} for the processor. */
  public List<String> officialTags() {
    return pythons.stream()
        .map(python -> "%s:%s-*-%s".formatted(repository, release, python))
        .toList();
  }

  /** The MXNet release that the image here has. */
  public String localRelease() {
    return local.substring(local.indexOf(':') + 1, local.indexOf("-*"));
  }

  /** The command that makes {@link #image}. */
  public String buildCommand(String processor) {
    return "scripts/sagelocal images build %s --python %s%s"
        .formatted(
            localRelease(),
            local.substring(local.lastIndexOf('-') + 1),
            processor.equals("gpu") ? " --gpu" : "");
  }
}
