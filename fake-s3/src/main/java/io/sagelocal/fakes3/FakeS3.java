package io.sagelocal.fakes3;

import io.sagelocal.fakes3.http.S3Handler;
import io.sagelocal.fakes3.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * An S3 server on a loopback port that keeps its objects in a folder. It checks no signatures. What
 * it holds is still there when it is opened again.
 */
public final class FakeS3 implements AutoCloseable {
  private static final int INPUT_BUFFER_BYTES = 1 << 16;

  private final Store store;
  private final Server server;
  private final int port;

  private FakeS3(Store store, Server server, int port) {
    this.store = store;
    this.server = server;
    this.port = port;
  }

  /**
   * Opens a store and starts to answer.
   *
   * @param folder where everything is; made when it is not there
   * @param port 0 for any free one
   * @throws IOException when the folder cannot be used or the port is taken
   */
  public static FakeS3 open(Path folder, int port) throws IOException {
    Store store = Store.open(folder, Clock.systemUTC());
    QueuedThreadPool threads = new QueuedThreadPool();
    threads.setName("s3");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    Server server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setHttpCompliance(HttpCompliance.LEGACY);
    http.setUriCompliance(UriCompliance.UNSAFE); // keys hold what other paths do not
    http.setSendServerVersion(false);
    HttpConnectionFactory connections = new HttpConnectionFactory(http);
    connections.setInputBufferSize(INPUT_BUFFER_BYTES);
    ServerConnector connector = new ServerConnector(server, connections);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    server.addConnector(connector);
    server.setHandler(new S3Handler(store));
    try {
      server.start();
    } catch (Exception e) { // declared by the library; its cause tells what happened
      store.close();
      throw new IOException(
          "the S3 store cannot listen on 127.0.0.1:%d: %s".formatted(port, e.getMessage()), e);
    }
    return new FakeS3(store, server, connector.getLocalPort());
  }

  /** Where it answers. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** What it keeps. */
  public Store store() {
    return store;
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (Exception e) { // declared by the library
      throw new IOException("the S3 store did not stop: " + e.getMessage(), e);
    } finally {
      store.close();
    }
  }
}
