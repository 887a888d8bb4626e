package io.sagelocal.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a running container is reached. */
final class Addresses {
  private static final String DOCKERS_OWN = "bridge";

  private Addresses() {}

  /** Its own address where this machine shares its network, else the port published on loopback. */
  static Optional<InetSocketAddress> of(
      InspectContainerResponse container, int port, boolean sharesNetwork) {
    if (!sharesNetwork) {
      Map<ExposedPort, Ports.Binding[]> bindings =
          container.getNetworkSettings().getPorts().getBindings();
      Ports.Binding[] published = bindings.get(ExposedPort.tcp(port));
      return published == null || published.length == 0
          ? Optional.empty()
          : Optional.of(
              new InetSocketAddress(
                  InetAddress.getLoopbackAddress(),
                  Integer.parseInt(published[0].getHostPortSpec())));
    }
    Map<String, ContainerNetwork> networks = container.getNetworkSettings().getNetworks();
    return Stream.concat(Stream.ofNullable(networks.get(DOCKERS_OWN)), networks.values().stream())
        .map(ContainerNetwork::getIpAddress)
        .filter(ip -> ip != null && !ip.isEmpty())
        .findFirst()
        .map(ip -> new InetSocketAddress(ip, port));
  }
}
