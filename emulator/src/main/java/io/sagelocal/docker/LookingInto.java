package io.sagelocal.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import io.sagelocal.engine.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What helps a person to look into containers: a shell in one, and the commands that made them. */
final class LookingInto {
  private static final List<String> SHELL =
      List.of("/bin/sh", "-c", "if command -v bash >/dev/null; then exec bash; else exec sh; fi");
  private static final String COPIES = "sagelocal-shell";

  private final Daemon daemon;
  private final Containers containers;

  LookingInto(Daemon daemon, Containers containers) {
    this.daemon = daemon;
    this.containers = containers;
  }

  /** The shell lines that run the containers once more, under other names; the last one waits. */
  List<String> rerun(List<String> names) {
    List<String> lines = new ArrayList<>();
    List<String> runs = new ArrayList<>();
    Set<String> networks = new LinkedHashSet<>();
    for (String name : names) {
      InspectContainerResponse container = require(name);
      String network = container.getHostConfig().getNetworkMode();
      if (network != null && !Set.of("default", "bridge", "none", "host").contains(network)) {
        networks.add(network);
      }
      String detached = name.equals(names.getLast()) ? "--rm" : "--detach";
      runs.add(
          Reproduction.line(
              new Reproduction(container, image(container))
                  .run(List.of(detached, "--name", name + "-rerun"))));
    }
    networks.forEach(network -> lines.add(creation(network)));
    lines.addAll(runs);
    return lines;
  }

  private String creation(String network) {
    boolean internal = false;
    try {
      Network found =
          daemon.ask(client -> client.inspectNetworkCmd().withNetworkId(network).exec());
      internal = Boolean.TRUE.equals(found.getInternal());
    } catch (NotFoundException e) {
      internal = false; // gone: one like any other is made
    } catch (DockerException e) {
      throw Reasons.refused("looking at network " + network, e);
    }
    return "docker network inspect %s >/dev/null 2>&1 || docker network create %s%s"
        .formatted(
            network,
            internal ? "--internal --opt com.docker.network.bridge.inhibit_ipv4=true " : "",
            network);
  }

  /**
   * @param terminal whether the shell talks to a person
   */
  ContainerShell shell(String name, boolean terminal) {
    InspectContainerResponse container = require(name);
    String talk = terminal ? "-it" : "-i";
    if (Boolean.TRUE.equals(container.getState().getRunning())) {
      List<String> words = new ArrayList<>(List.of("docker", "exec", talk, name));
      words.addAll(SHELL);
      return new ContainerShell(words, () -> {});
    }
    String copy = COPIES + ":" + container.getId().substring(0, 12);
    try {
      daemon.askAtLength(client ->
          client
              .commitCmd(container.getId())
              .withRepository(COPIES)
              .withTag(container.getId().substring(0, 12))
              .exec());
    } catch (DockerException e) {
      throw Reasons.refused("copying container " + name, e);
    }
    return new ContainerShell(
        new Reproduction(container, image(container)).run(List.of("--rm", talk), copy, SHELL),
        () -> remove(copy));
  }

  private void remove(String copy) {
    try {
      daemon.ask(client -> client.removeImageCmd(copy).exec());
    } catch (NotFoundException e) {
      return; // gone: what was asked for
    } catch (DockerException e) {
      throw Reasons.refused("removing image " + copy, e);
    }
  }

  private InspectContainerResponse require(String name) {
    return containers
        .inspect(name)
        .orElseThrow(() -> new EngineException("container %s is gone".formatted(name)));
  }

  private Optional<InspectImageResponse> image(InspectContainerResponse container) {
    try {
      return Optional.of(
          daemon.ask(client -> client.inspectImageCmd(container.getImageId()).exec()));
    } catch (NotFoundException e) {
      return Optional.empty();
    } catch (DockerException e) {
      throw Reasons.refused("looking at the image of container " + container.getName(), e);
    }
  }
}
