package io.sagelocal.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container to run.
 *
 * @param name unique on the engine; letters, digits, {@code _ . -}
 * @param image as the engine knows it
 * @param entrypoint replaces the image's own entry point when present
 * @param command arguments; empty for the image's own
 * @param environment variables on top of the image's
 * @param hostname the name the container has for itself and, on a network, for its peers
 * @param network what it is connected to
 * @param folders local folders that it sees
 * @param ports ports it listens on, for {@link ContainerEngine#address}
 * @param labels marks to find it by
 * @param limits how much of the machine it gets
 */
public record ContainerSpec(
    String name,
    String image,
    Optional<List<String>> entrypoint,
    List<String> command,
    Map<String, String> environment,
    String hostname,
    ContainerNetwork network,
    List<Folder> folders,
    List<Integer> ports,
    Map<String, String> labels,
    Limits limits) {

  public ContainerSpec {
    entrypoint = entrypoint.map(List::copyOf);
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    folders = List.copyOf(folders);
    ports = List.copyOf(ports);
    labels = Map.copyOf(labels);
  }
}
