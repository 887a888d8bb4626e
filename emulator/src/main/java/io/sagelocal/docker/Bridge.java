package io.sagelocal.docker;

import com.github.dockerjava.api.model.Network;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** This machine's address on Docker's default bridge, which containers of every network reach. */
final class Bridge {
  private static final int ADDRESS_BITS = 32;

  private Bridge() {}

  /**
   * The bridge's own address when it is one of this machine's; else, for an emulator that is itself
   * a container, its address on the bridge. Empty when the bridge is elsewhere, as in the virtual
   * machines of Docker Desktop and Colima.
   */
  static Optional<InetAddress> addressHere(Network bridge, List<InetAddress> local) {
    List<Network.Ipam.Config> ranges =
        bridge.getIpam() == null || bridge.getIpam().getConfig() == null
            ? List.of()
            : bridge.getIpam().getConfig();
    for (Network.Ipam.Config range : ranges) {
      String subnet = range.getSubnet();
      if (subnet == null || subnet.indexOf(':') >= 0) {
        continue;
      }
      // a daemon that nobody gave a gateway takes the subnet's first address, and may not say so
      InetAddress gateway =
          parse(
              range.getGateway() == null
                  ? subnet.replaceFirst("\\.\\d+/\\d+$", ".1")
                  : range.getGateway());
      return local.contains(gateway)
          ? Optional.of(gateway)
          : local.stream().filter(address -> within(subnet, address)).findFirst();
    }
    return Optional.empty();
  }

  /** Every address of this machine. */
  static List<InetAddress> localAddresses() {
    try {
      return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
    } catch (SocketException e) {
      throw new IllegalStateException("this machine does not tell its addresses", e);
    }
  }

  private static boolean within(String subnet, InetAddress address) {
    int slash = subnet.indexOf('/');
    if (slash < 0 || !(address instanceof Inet4Address)) {
      return false;
    }
    int bits = Integer.parseInt(subnet.substring(slash + 1));
    long mask = -1L << (ADDRESS_BITS - bits);
    return (number(parse(subnet.substring(0, slash))) & mask) == (number(address) & mask);
  }

  private static long number(InetAddress address) {
    return Integer.toUnsignedLong(ByteBuffer.wrap(address.getAddress()).getInt());
  }

  private static InetAddress parse(String address) {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("Docker's bridge has the address " + address, e);
    }
  }
}
