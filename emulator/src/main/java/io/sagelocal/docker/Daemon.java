package io.sagelocal.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.AsyncDockerCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.SSLConfig;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to a Docker daemon: found at the first use, asked once what it can do, and looked
 * for again when it was not there or has gone. Every question is one that may be asked twice, so a
 * lost connection costs one more try before it shows.
 */
final class Daemon implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Daemon.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Schemes of addresses that are files of this machine. */
  private static final Set<String> LOCAL = Set.of("unix", "npipe");

  private static final int TRIES = 2;

  /** Each running container holds two: one for its log, one for its end. */
  private static final int MAX_CONNECTIONS = 4096;

  /** A daemon that answered. */
  private record Connection(String address, DockerClient client, Abilities abilities) {}

  private final DaemonAddresses addresses;
  private @Nullable Connection connection;

  Daemon(Map<String, String> environment) {
    this.addresses = new DaemonAddresses(environment);
  }

  /** What the daemon can do; asks it whether it is still there. */
  Abilities greet() {
    ask(client -> client.pingCmd().exec());
    return connection().abilities();
  }

  /** What the daemon can do. */
  Abilities abilities() {
    return connection().abilities();
  }

  /** Whether it takes new connections: one that shuts down goes on answering on those it has. */
  boolean isOpen() {
    try {
      closeQuietly(connect(connection().address()).client());
      return true;
    } catch (RuntimeException e) {
      log.debug("the daemon takes no new connection: {}", innermost(e));
      return false;
    }
  }

  /**
   * Asks something that is answered at once; an interrupt waits until then, so that a thread which
   * is being stopped can still tidy up.
   *
   * @throws DockerException when the daemon refuses
   * @throws EngineUnavailableException when it does not answer
   */
  <T> T ask(Function<DockerClient, T> question) {
    boolean interrupted = Thread.interrupted();
    try {
      for (int tries = 1; ; tries++) {
        Connection now = connection();
        try {
          return question.apply(now.client());
        } catch (DockerException e) {
          throw e;
        } catch (RuntimeException e) {
          boolean cutShort = Thread.interrupted();
          interrupted |= cutShort;
          RuntimeException problem = cutShort ? interruption(e) : problem(now, e);
          if (tries == TRIES || !(cutShort || problem instanceof EngineUnavailableException)) {
            throw problem;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Asks something that may take minutes to be answered, and which an interrupt ends. */
  <T> T askAtLength(Function<DockerClient, T> question) {
    greet(); // a connection that was lost meanwhile shows here
    Connection now = connection();
    try {
      return question.apply(now.client());
    } catch (DockerException e) {
      throw e;
    } catch (RuntimeException e) {
      throw Thread.currentThread().isInterrupted() ? interruption(e) : problem(now, e);
    }
  }

  /** Asks for something that comes piece by piece, and waits for its end. Not tried twice. */
  <C extends AsyncDockerCmd<C, T>, T> void stream(
      Function<DockerClient, AsyncDockerCmd<C, T>> question, Answer<T> answer)
      throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Connection now = connection();
    try (answer) {
      question.apply(now.client()).exec(answer);
      answer.await();
    } catch (DockerException e) {
      throw e;
    } catch (RuntimeException e) {
      throw problem(now, e);
    }
    answer.throwReceiverFailure();
  }

  @Override
  public synchronized void close() {
    if (connection != null) {
      closeQuietly(connection.client());
      connection = null;
    }
  }

  private synchronized Connection connection() {
    if (connection != null) {
      return connection;
    }
    List<String> tried = new ArrayList<>();
    for (String address : addresses.all()) {
      try {
        connection = connect(address);
        return connection;
      } catch (RuntimeException e) {
        tried.add(address + " (" + innermost(e) + ")");
      }
    }
    throw new EngineUnavailableException(
        "Docker does not answer at %s. Start it (`systemctl start docker`, Docker Desktop, or `dockerd`), or set DOCKER_HOST"
            .formatted(String.join(", ", tried)));
  }

  private Connection connect(String address) {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(address)
            .withDockerConfig(addresses.configuration().toString())
            .build();
    DockerClient client =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder()
                .dockerHost(URI.create(address))
                .sslConfig(tls(config))
                .maxConnections(MAX_CONNECTIONS)
                .connectionTimeout(CONNECT_TIMEOUT)
                .build());
    try {
      return new Connection(
          address,
          client,
          Abilities.of(
              address,
              client.infoCmd().exec(),
              () -> client.inspectNetworkCmd().withNetworkId("bridge").exec(),
              Bridge.localAddresses()));
    } catch (RuntimeException e) {
      closeQuietly(client);
      throw e;
    }
  }

  /**
   * How TLS is spoken. Through a socket file it is not: without this the client would read the
   * certificates of all authorities, which takes longer than the first question.
   */
  private static @Nullable SSLConfig tls(DefaultDockerClientConfig config) {
    return LOCAL.contains(config.getDockerHost().getScheme())
        ? () -> SSLContext.getInstance("TLS")
        : config.getSSLConfig();
  }

  /** What a failure that is not the daemon's answer means; a lost connection is forgotten. */
  private RuntimeException problem(Connection used, RuntimeException e) {
    if (!causedByConnection(e)) {
      return e;
    }
    forget(used);
    return new EngineUnavailableException("Docker stopped answering: " + innermost(e));
  }

  private static EngineException interruption(RuntimeException e) {
    return new EngineException("a question to Docker was interrupted", e);
  }

  /** Others may still read from it, so it is not closed: their answers end by themselves. */
  private synchronized void forget(Connection lost) {
    if (lost.equals(connection)) {
      connection = null;
    }
  }

  private static boolean causedByConnection(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static String innermost(Throwable e) {
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
      log.debug("a connection to Docker did not close", e);
    }
  }
}
