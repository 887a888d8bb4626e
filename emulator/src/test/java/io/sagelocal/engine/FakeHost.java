package io.sagelocal.engine;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a {@link Program} sees of its container. */
public final class FakeHost {
  private final ContainerSpec spec;
  private final FakeLog log;
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private volatile @Nullable HttpServer server;

  FakeHost(ContainerSpec spec, FakeLog log) {
    this.spec = spec;
    this.log = log;
  }

  public ContainerSpec spec() {
    return spec;
  }

  public Map<String, String> environment() {
    return spec.environment();
  }

  /** The local folder behind a path of the container. */
  public Path path(String path) {
    return spec.folders().stream()
        .filter(folder -> path.startsWith(folder.path() + "/") || path.equals(folder.path()))
        .max(Comparator.comparingInt(folder -> folder.path().length()))
        .map(folder ->
            folder.local().resolve(path.substring(folder.path().length()).replaceFirst("^/", "")))
        .orElseThrow(() -> new IllegalArgumentException("no folder holds " + path));
  }

  public void print(String line) {
    log.add(Instant.now(), line);
  }

  /** Completed by SIGTERM. */
  public CompletableFuture<Void> terminated() {
    return terminated;
  }

  /** Answers HTTP on the port that the spec declares, until the container ends. */
  public void serve(String path, HttpHandler handler) throws IOException {
    HttpServer running = server;
    if (running == null) {
      running = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      running.start();
      server = running;
    }
    running.createContext(path, handler);
  }

  Optional<InetSocketAddress> address() {
    return Optional.ofNullable(server).map(HttpServer::getAddress);
  }

  /** Listens no more, as a container that has just ended before the engine tells of it. */
  public void fallSilent() {
    close();
  }

  void close() {
    HttpServer running = server;
    if (running != null) {
      running.stop(0);
    }
  }
}
