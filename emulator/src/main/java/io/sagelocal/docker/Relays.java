package io.sagelocal.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Labels;
import io.sagelocal.engine.UnreachableException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The way from this machine into a guarded network. A network that this machine itself is part of
 * would lead its containers here; so beside such a container stands another one of the same image,
 * which is on Docker's own network too and hands connections on, from this machine alone and in
 * that direction only. Its program is Perl, which every Debian and Ubuntu image has.
 */
final class Relays {
  /** On a container: the guarded network it is in. */
  static final String GUARDED = "io.sagelocal.guarded";

  /** On a relay: the guarded network that it leads to. */
  private static final String RELAY = "io.sagelocal.relay";

  private static final String NOBODY = "65534:65534";

  /** Arguments: the container's address, the port, the one address to let in (empty for any). */
  private static final String PROGRAM =
      """
      use strict; use IO::Socket::INET; use Socket qw(IPPROTO_TCP TCP_NODELAY);
      my ($target, $port, $allowed) = @ARGV;
      $SIG{CHLD} = 'IGNORE'; $SIG{PIPE} = 'IGNORE'; $SIG{TERM} = sub { exit };
      my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 1024, ReuseAddr => 1)
        or die "cannot listen on $port: $!";
      while (1) {
        my $client = $listener->accept or next;
        next if $allowed && $client->peerhost ne $allowed;
        my $child = fork;
        next if $child || !defined $child;
        close $listener;
        my $model = IO::Socket::INET->new(PeerAddr => $target, PeerPort => $port) or exit;
        setsockopt($_, IPPROTO_TCP, TCP_NODELAY, 1) for $client, $model;
        my ($from, $to) = fork ? ($client, $model) : ($model, $client);
        while (sysread $from, my $bytes, 65536) {
          my $at = 0;
          while ($at < length $bytes) { $at += syswrite($to, $bytes, 65536, $at) || exit }
        }
        shutdown $to, 1;
        exit;
      }
      """;

  private final Daemon daemon;
  private final Containers containers;

  Relays(Daemon daemon, Containers containers) {
    this.daemon = daemon;
    this.containers = containers;
  }

  /** What this machine reaches a container's port by: its relay if it is guarded, else itself. */
  Optional<InspectContainerResponse> before(InspectContainerResponse container, int port) {
    String network = labels(container).get(GUARDED);
    if (network == null || !Boolean.TRUE.equals(container.getState().getRunning())) {
      return Optional.of(container);
    }
    String name = container.getName().substring(1) + "-relay-" + port;
    Optional<InspectContainerResponse> there = running(name);
    if (there.isEmpty()) {
      containers.find(name).ifPresent(containers::remove); // what has ended, or a crash left
      start(name, container, network, port);
      there = running(name);
    }
    return there;
  }

  private Optional<InspectContainerResponse> running(String name) {
    return containers
        .inspect(name)
        .filter(found -> Boolean.TRUE.equals(found.getState().getRunning()));
  }

  private void start(String name, InspectContainerResponse container, String network, int port) {
    Abilities abilities = daemon.abilities();
    String allowed = abilities.sharesNetwork() ? abilities.access().host() : "";
    try {
      daemon.ask(client -> {
        try (CreateContainerCmd command =
            client
                .createContainerCmd(container.getImageId())
                .withName(name)
                .withUser(NOBODY)
                .withEntrypoint("perl", "-e", PROGRAM)
                .withCmd(address(container, network), String.valueOf(port), allowed)
                .withExposedPorts(ExposedPort.tcp(port))
                .withLabels(labelsOfRelay(container, network))
                .withHostConfig(host(abilities, port))) {
          return command.exec();
        }
      });
      daemon.ask(client ->
          client.connectToNetworkCmd().withNetworkId(network).withContainerId(name).exec());
      daemon.ask(client -> client.startContainerCmd(name).exec());
    } catch (DockerException e) {
      throw new UnreachableException(
          "an isolated container is reached by a relay, a Perl program in its own image, which could not be started: "
              + Reasons.of(e),
          e);
    }
  }

  private static HostConfig host(Abilities abilities, int port) {
    HostConfig host =
        HostConfig.newHostConfig()
            .withCapDrop(Capability.ALL)
            .withReadonlyRootfs(true)
            .withSecurityOpts(Creation.securityOptions(abilities));
    return abilities.sharesNetwork() ? host : host.withPortBindings(Creation.onLoopback(port));
  }

  private static Map<String, String> labelsOfRelay(
      InspectContainerResponse container, String network) {
    Map<String, String> labels = new HashMap<>(Map.of(RELAY, network));
    String instance = labels(container).get(Labels.INSTANCE);
    if (instance != null) {
      labels.put(Labels.INSTANCE, instance);
    }
    return labels;
  }

  private static String address(InspectContainerResponse container, String network) {
    ContainerNetwork own = container.getNetworkSettings().getNetworks().get(network);
    if (own == null || own.getIpAddress() == null) {
      throw new EngineException(
          "container %s is not on network %s".formatted(container.getName(), network));
    }
    return own.getIpAddress();
  }

  /** Removes those that lead to a network. */
  void remove(String network) {
    containers
        .labelled(RELAY)
        .forEach((name, leadsTo) -> {
          if (leadsTo.equals(network)) {
            containers.find(name).ifPresent(containers::remove);
          }
        });
  }

  private static Map<String, String> labels(InspectContainerResponse container) {
    return Optional.ofNullable(container.getConfig().getLabels()).orElse(Map.of());
  }
}
