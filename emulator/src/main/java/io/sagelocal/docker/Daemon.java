package io.sagelocal.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.HostAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The connection to a Docker daemon: found at the first use, asked once what it can do, and looked
 * for again when it was not there.
 */
final class Daemon implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_CONNECTIONS = 200;
  private static final String DESKTOP = "Docker Desktop";

  /**
   * A daemon that answered.
   *
   * @param sharesNetwork whether this machine reaches containers by their own addresses
   * @param nvidiaRuntime whether it has the runtime of that name
   */
  record Connection(
      DockerClient client, HostAccess access, boolean sharesNetwork, boolean nvidiaRuntime) {}

  private final Map<String, String> environment;
  private @Nullable Connection connection;

  Daemon(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  DockerClient client() {
    return connection().client();
  }

  /**
   * The daemon that answers, looked for where Docker's own client would.
   *
   * @throws EngineUnavailableException naming each place and what happened there
   */
  synchronized Connection connection() {
    if (connection != null) {
      return connection;
    }
    List<String> tried = new ArrayList<>();
    for (String host : candidates()) {
      DockerClient client = client(host);
      try {
        connection = describe(host, client);
        return connection;
      } catch (RuntimeException e) {
        tried.add(host + " (" + rootMessage(e) + ")");
        closeQuietly(client);
      }
    }
    throw new EngineUnavailableException(
        "Docker does not answer at %s. Start it (`systemctl start docker`, Docker Desktop, or `dockerd`), or set DOCKER_HOST"
            .formatted(tried.isEmpty() ? "any known socket" : String.join(", ", tried)));
  }

  @Override
  public synchronized void close() throws IOException {
    if (connection != null) {
      connection.client().close();
      connection = null;
    }
  }

  private List<String> candidates() {
    String host = environment.get("DOCKER_HOST");
    if (host != null && !host.isBlank()) {
      return List.of(host);
    }
    String home = environment.getOrDefault("HOME", "/");
    String runtime = environment.get("XDG_RUNTIME_DIR");
    List<String> found =
        Stream.of(
                "/var/run/docker.sock",
                home + "/.docker/run/docker.sock",
                runtime == null ? "" : runtime + "/docker.sock")
            .filter(path -> !path.isEmpty() && Files.exists(Path.of(path)))
            .map(path -> "unix://" + path)
            .toList();
    return found.isEmpty() ? List.of("unix:///var/run/docker.sock") : found;
  }

  private static DockerClient client(String host) {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(host).build();
    return DockerClientImpl.getInstance(
        config,
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(URI.create(host))
            .sslConfig(config.getSSLConfig())
            .maxConnections(MAX_CONNECTIONS)
            .connectionTimeout(CONNECT_TIMEOUT)
            .build());
  }

  private static Connection describe(String host, DockerClient client) {
    Info info = client.infoCmd().exec();
    boolean desktop =
        Optional.ofNullable(info.getOperatingSystem()).orElse("").contains(DESKTOP)
            || Optional.ofNullable(info.getName()).orElse("").equals("docker-desktop");
    boolean rootless =
        Optional.ofNullable(info.getSecurityOptions()).orElse(List.of()).stream()
            .anyMatch(option -> option.contains("rootless"));
    boolean shares = host.startsWith("unix://") && !desktop && !rootless;
    Map<String, ?> runtimes =
        info.getRawValues().get("Runtimes") instanceof Map<?, ?> map ? strings(map) : Map.of();
    HostAccess access =
        shares ? bridgeAccess(client) : new HostAccess("host.docker.internal", Optional.empty());
    return new Connection(client, access, shares, runtimes.containsKey("nvidia"));
  }

  private static Map<String, Object> strings(Map<?, ?> map) {
    Map<String, Object> named = new java.util.HashMap<>();
    map.forEach((key, value) -> named.put(String.valueOf(key), String.valueOf(value)));
    return named;
  }

  /** The bridge's own address on this machine, which containers of every network reach. */
  private static HostAccess bridgeAccess(DockerClient client) {
    Network bridge = client.inspectNetworkCmd().withNetworkId("bridge").exec();
    for (Network.Ipam.Config config : bridge.getIpam().getConfig()) {
      String address =
          config.getGateway() == null ? firstOf(config.getSubnet()) : config.getGateway();
      if (address != null && address.indexOf(':') < 0) {
        try {
          return new HostAccess(address, Optional.of(InetAddress.getByName(address)));
        } catch (UnknownHostException e) {
          throw new IllegalStateException("Docker's bridge has the address " + address, e);
        }
      }
    }
    throw new IllegalStateException("Docker's network named bridge has no address");
  }

  /** A daemon that nobody gave a gateway takes the subnet's first address, and may not say so. */
  private static @Nullable String firstOf(@Nullable String subnet) {
    return subnet == null ? null : subnet.replaceFirst("\\.[0-9]+/[0-9]+$", ".1");
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private static void closeQuietly(DockerClient client) {
    try {
      client.close();
    } catch (IOException e) {
      throw new IllegalStateException("a connection that never stood could not be closed", e);
    }
  }
}
