package io.sagelocal.api;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.sagelocal.account.ContainerAccess;
import io.sagelocal.api.admin.AdminHandler;
import io.sagelocal.api.cbor.CborProtocol;
import io.sagelocal.api.json.JsonProtocol;
import io.sagelocal.api.query.QueryProtocol;
import io.sagelocal.api.s3.S3Front;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/** The one port: listens on loopback, and where containers need it on another address as well. */
public final class Gateway implements AutoCloseable {
  private static final int INPUT_BUFFER_BYTES = 1 << 16;
  private static final int LEAST_THREADS = 4;
  private static final int MOST_THREADS = 64;

  /**
   * Longer than clients pause between two questions: the JDK's client and SDKs that look every 30 s
   * would ask on a connection that is just being closed.
   */
  private static final Duration IDLE = Duration.ofMinutes(5);

  private static final String LOOPBACK = "127.0.0.1";

  private final Javalin javalin;
  private final ServerConnector loopback;

  private Gateway(Javalin javalin, ServerConnector loopback) {
    this.javalin = javalin;
    this.loopback = loopback;
  }

  /**
   * What the port answers.
   *
   * @param invocations what answers the runtime's paths
   * @param health what {@code /_sagelocal/health} tells
   * @param credentials those of a session token, in the form of AWS's container credentials
   *     endpoint; empty for a token that is none
   */
  public record Services(
      JsonProtocol json,
      QueryProtocol query,
      CborProtocol cbor,
      Handler.Abstract invocations,
      AdminHandler admin,
      S3Front s3,
      Supplier<Map<String, Object>> health,
      Function<String, Optional<Map<String, Object>>> credentials) {}

  /**
   * Starts to answer.
   *
   * @param port 0 for any free one
   * @throws IOException when the port is taken, in one line
   */
  public static Gateway open(int port, Services services) throws IOException {
    Server[] server = {null};
    Javalin javalin =
        Javalin.create(config -> {
          config.startup.showJavalinBanner = false;
          config.startup.startupWatcherEnabled = false;
          config.concurrency.useVirtualThreads = true;
          config.jetty.threadPool = threads();
          config.http.maxRequestSize = RequestBody.MAX_BYTES;
          config.jetty.modifyServer(jetty -> {
            server[0] = jetty;
            jetty.setHandler(new Router(services.s3().handler(), services.invocations()));
          });
          config.jetty.modifyHttpConfiguration(Gateway::tolerant);
          config.jetty.addConnector((jetty, http) -> connector(jetty, http, LOOPBACK, port));
          routes(config, services);
        });
    try {
      javalin.start();
    } catch (RuntimeException e) {
      javalin.stop();
      throw new IOException(
          "port %d of %s cannot be opened: %s. Stop what uses it, or choose another with --port"
              .formatted(port, LOOPBACK, rootMessage(e)),
          e);
    }
    Server jetty = Objects.requireNonNull(server[0]);
    return new Gateway(javalin, (ServerConnector) jetty.getConnectors()[0]);
  }

  /** The port it listens on. */
  public int port() {
    return loopback.getLocalPort();
  }

  /**
   * Listens on another address of this machine too, at the same port.
   *
   * @throws IOException when the port is taken there
   */
  public void listenOn(InetAddress address) throws IOException {
    Server server = loopback.getServer();
    HttpConfiguration http =
        loopback.getConnectionFactory(HttpConnectionFactory.class).getHttpConfiguration();
    ServerConnector connector = connector(server, http, address.getHostAddress(), port());
    server.addConnector(connector);
    try {
      connector.start();
    } catch (Exception e) { // declared by the library
      server.removeConnector(connector);
      throw new IOException(
          "port %d of %s cannot be opened: %s"
              .formatted(port(), address.getHostAddress(), rootMessage(e)),
          e);
    }
  }

  @Override
  public void close() {
    javalin.stop();
  }

  private static void routes(JavalinConfig config, Services services) {
    services.admin().addTo(config);
    config.routes.get("/_sagelocal/health", http -> http.json(services.health().get()));
    config.routes.get("/_localstack/health", http -> http.json(services.health().get()));
    config.routes.get(
        ContainerAccess.CREDENTIALS_PATH + "{token}",
        http ->
            services
                .credentials()
                .apply(http.pathParam("token"))
                .ifPresentOrElse(http::json, () -> http.status(HttpStatus.NOT_FOUND_404)));
    config.routes.post(CborProtocol.PATH, services.cbor()::handle);
    config.routes.post(
        "/",
        http -> {
          if (http.header("X-Amz-Target") == null) {
            services.query().handle(http);
          } else {
            services.json().handle(http);
          }
        });
  }

  /**
   * For what never waits; what may wait does so on virtual threads. A connection whose answer was
   * completed by another thread looks for its next request on that one: to wake a third would cost
   * more than the look.
   */
  private static ThreadPool threads() {
    QueuedThreadPool threads =
        new QueuedThreadPool(MOST_THREADS, LEAST_THREADS) {
          @Override
          public void execute(Runnable job) {
            if (job instanceof Connection) {
              job.run();
            } else {
              super.execute(job);
            }
          }
        };
    threads.setName("gateway");
    threads.setReservedThreads(0);
    threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
    return threads;
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration http, String host, int port) {
    ServerConnector connector = new ServerConnector(server, connections(http));
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE.toMillis());
    return connector;
  }

  private static HttpConnectionFactory connections(HttpConfiguration http) {
    HttpConnectionFactory connections = new HttpConnectionFactory(http);
    connections.setInputBufferSize(INPUT_BUFFER_BYTES);
    return connections;
  }

  /** S3 keys hold what other paths do not: encoded slashes, dots, spaces. The store judges them. */
  private static void tolerant(HttpConfiguration http) {
    http.setHttpCompliance(HttpCompliance.LEGACY);
    http.setUriCompliance(UriCompliance.UNSAFE);
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
  }

  private static String rootMessage(Throwable e) {
    @Nullable Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
