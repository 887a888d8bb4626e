package io.sagelocal.docker;

import com.github.dockerjava.api.command.CreateNetworkCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import io.sagelocal.engine.EngineException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The networks of jobs. */
final class Networks {
  private static final Duration ENDPOINTS_MAY_STAY = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** A network that is only internal still reaches every address of its host. */
  private static final Map<String, String> NO_WAY_TO_THE_HOST =
      Map.of("com.docker.network.bridge.inhibit_ipv4", "true");

  private final Daemon daemon;

  Networks(Daemon daemon) {
    this.daemon = daemon;
  }

  void create(String name, boolean isolated, Map<String, String> labels) {
    try {
      daemon.ask(client -> {
        CreateNetworkCmd command =
            client
                .createNetworkCmd()
                .withName(name)
                .withDriver("bridge")
                .withCheckDuplicate(true)
                .withLabels(labels);
        return (isolated ? command.withInternal(true).withOptions(NO_WAY_TO_THE_HOST) : command)
            .exec();
      });
    } catch (ConflictException e) {
      return; // it is there
    } catch (DockerException e) {
      throw Reasons.refused("creating network " + name, e);
    }
  }

  void remove(String name) {
    try {
      for (Network network : named(name)) {
        remove(network);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("removing network " + name + " was interrupted", e);
    }
  }

  /** A container that is being removed may hold on to its network a moment longer. */
  private void remove(Network network) throws InterruptedException {
    Patience patience = new Patience(ENDPOINTS_MAY_STAY, PAUSE);
    while (true) {
      try {
        daemon.ask(client -> client.removeNetworkCmd(network.getId()).exec());
        return;
      } catch (NotFoundException e) {
        return; // gone: what was asked for
      } catch (DockerException e) {
        if (!Reasons.of(e).contains("active endpoints") || !patience.waits()) {
          throw Reasons.refused("removing network " + network.getName(), e);
        }
        disconnectAll(network);
      }
    }
  }

  private void disconnectAll(Network network) {
    try {
      Network now =
          daemon.ask(client -> client.inspectNetworkCmd().withNetworkId(network.getId()).exec());
      for (String container : now.getContainers().keySet()) {
        daemon.ask(client ->
            client
                .disconnectFromNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(container)
                .withForce(true)
                .exec());
      }
    } catch (NotFoundException e) {
      return; // the network or the container has gone meanwhile
    } catch (DockerException e) {
      throw Reasons.refused("emptying network " + network.getName(), e);
    }
  }

  Map<String, String> labelled(String label) {
    try {
      Map<String, String> found = new HashMap<>();
      daemon
          .ask(client -> client.listNetworksCmd().withFilter("label", List.of(label)).exec())
          .forEach(
              network -> found.put(network.getName(), network.getLabels().getOrDefault(label, "")));
      return found;
    } catch (DockerException e) {
      throw Reasons.refused("listing networks", e);
    }
  }

  /** Docker's name filter matches parts of names, so each is compared. */
  private List<Network> named(String name) {
    try {
      return daemon.ask(client -> client.listNetworksCmd().withNameFilter(name).exec()).stream()
          .filter(network -> name.equals(network.getName()))
          .toList();
    } catch (DockerException e) {
      throw Reasons.refused("looking for network " + name, e);
    }
  }
}
