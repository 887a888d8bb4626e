package io.sagelocal.engine;

import java.net.InetAddress;
import java.util.Optional;

/**
 * How containers reach a server on this machine.
 *
 * @param host name or address to put into a container's URLs
 * @param listenOn address the server must listen on besides loopback; empty when loopback is enough
 */
public record HostAccess(String host, Optional<InetAddress> listenOn) {}
