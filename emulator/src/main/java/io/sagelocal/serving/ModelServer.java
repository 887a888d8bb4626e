package io.sagelocal.serving;

import io.sagelocal.account.ContainerAccess;
import io.sagelocal.archive.TarGz;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.Folder;
import io.sagelocal.logs.ContainerLog;
import io.sagelocal.logs.LogStream;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model container from its artifact to its end. {@link #open} returns when it answers pings;
 * {@link #close} removes it and what it left.
 */
public final class ModelServer implements AutoCloseable {
  /** Where a model container listens. */
  static final int PORT = 8080;

  private static final Logger log = LoggerFactory.getLogger(ModelServer.class);
  private static final Duration PING_PAUSE = Duration.ofMillis(50);
  private static final Duration TIME_TO_HEALTH = Duration.ofMinutes(4);
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);
  private static final int LINES_LOOKED_AT = 400;

  private final ServingContext context;
  private final ModelServerSpec spec;
  private final ContainerId container;
  private final CompletableFuture<Exit> exit = new CompletableFuture<>();
  private final Thread watcher;
  private final Thread logFollower;
  private final LogStream logStream;
  private volatile @Nullable InetSocketAddress address;

  private ModelServer(ServingContext context, ModelServerSpec spec, ContainerId container) {
    this.context = context;
    this.spec = spec;
    this.container = container;
    // the engine's id is part of the stream's name: a restarted container begins a stream of its
    // own
    this.logStream =
        context
            .logs()
            .open(
                spec.scope(),
                spec.logGroup(),
                spec.logStream()
                    + "-"
                    + container.id().substring(0, Math.min(12, container.id().length())));
    this.logFollower = Thread.ofVirtual().name("log-" + container.name()).start(this::follow);
    this.watcher = Thread.ofVirtual().name("watch-" + container.name()).start(this::watch);
  }

  /**
   * Takes up the container of that name if it still runs, or unpacks the artifact and starts one;
   * then waits until it answers {@code /ping}, it ends, or four minutes are over, whichever is
   * first.
   *
   * @param abandoned asked while waiting; when it says yes the container is removed again
   * @throws ServingFailure saying why, with the last lines of its log; nothing is left behind
   */
  public static ModelServer open(
      ServingContext context, ModelServerSpec spec, BooleanSupplier abandoned)
      throws ServingFailure, InterruptedException {
    try {
      ModelServer server = new ModelServer(context, spec, findOrStart(context, spec));
      try {
        server.awaitHealth(abandoned);
        return server;
      } catch (ServingFailure | RuntimeException e) {
        context.engine().remove(server.container); // it serves nobody, so nothing is to be finished
        server.close();
        throw e;
      } catch (InterruptedException e) {
        server.release();
        throw e;
      }
    } catch (EngineException e) {
      throw new ServingFailure(
          "The container of model %s could not be run: %s"
              .formatted(spec.model().name(), e.getMessage()),
          e);
    }
  }

  /** Where it answers {@code /invocations}; the engine is not asked again. */
  public InetSocketAddress address() {
    InetSocketAddress found = address;
    return found == null ? findAddress() : found;
  }

  private InetSocketAddress findAddress() {
    InetSocketAddress found = context.engine().address(container, PORT);
    address = found;
    return found;
  }

  /** The engine's identifier of the container: no other ever has it. */
  public String containerId() {
    return container.id();
  }

  /** How the container ended, once it has. */
  public CompletableFuture<Exit> exit() {
    return exit.copy();
  }

  /** Lets the container run on; another {@link #open} finds it. */
  public void release() {
    watcher.interrupt();
    logFollower.interrupt();
  }

  /** Stops and removes the container and its folder. */
  @Override
  public void close() {
    try {
      discard(context.engine(), spec);
    } catch (EngineException e) {
      log.error("container {} or its folder could not be removed", spec.containerName(), e);
    }
    release();
  }

  /**
   * Removes the container and folder of a spec, whether or not they are there.
   *
   * @throws EngineException when something of them may still be there
   */
  public static void discard(ContainerEngine engine, ModelServerSpec spec) {
    Optional<ContainerId> found = engine.find(spec.containerName());
    found.ifPresent(id -> engine.stop(id, STOP_GRACE));
    found.ifPresent(engine::remove);
    engine.deleteFolder(spec.folder());
  }

  private static ContainerId findOrStart(ServingContext context, ModelServerSpec spec)
      throws ServingFailure {
    Optional<ContainerId> kept = context.engine().find(spec.containerName());
    if (kept.isPresent()) {
      return kept.get();
    }
    String image = context.images().require(spec.model().image());
    Path modelFolder = spec.folder().resolve("model");
    context.engine().deleteFolder(spec.folder());
    unpack(context, spec, modelFolder);
    ContainerAccess access = context.access().apply(spec.scope());
    Map<String, String> environment = new LinkedHashMap<>(access.environment());
    environment.putAll(spec.model().environment());
    try {
      return context
          .engine()
          .start(
              new ContainerSpec(
                  spec.containerName(),
                  image,
                  Optional.empty(),
                  List.of("serve"),
                  environment,
                  spec.model().containerHostname().orElse("model"),
                  Optional.empty(),
                  List.of(new Folder("/opt/ml/model", modelFolder, true), access.folder()),
                  List.of(PORT),
                  spec.labels(),
                  spec.gpu(),
                  context.sharedMemoryBytes()));
    } catch (EngineException e) {
      context.engine().deleteFolder(spec.folder());
      throw e;
    }
  }

  private static void unpack(ServingContext context, ModelServerSpec spec, Path modelFolder)
      throws ServingFailure {
    Optional<S3Uri> artifact = spec.model().artifact();
    try {
      Files.createDirectories(modelFolder);
      if (artifact.isPresent()) {
        try (InputStream bytes = open(context, artifact.get())) {
          TarGz.unpack(bytes, modelFolder);
        }
      }
    } catch (ObjectStoreException e) {
      throw new ServingFailure("The model data could not be read: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ServingFailure(
          "The model data %s could not be unpacked: %s"
              .formatted(artifact.map(S3Uri::toString).orElse(""), e.getMessage()),
          e);
    }
  }

  private static InputStream open(ServingContext context, S3Uri artifact) throws IOException {
    Optional<Path> local = context.objects().localFile(artifact);
    return local.isPresent() ? Files.newInputStream(local.get()) : context.objects().read(artifact);
  }

  private void awaitHealth(BooleanSupplier abandoned) throws ServingFailure, InterruptedException {
    Instant deadline = context.timeline().now().plus(TIME_TO_HEALTH);
    while (!exit.isDone()) {
      if (abandoned.getAsBoolean()) {
        throw new ServingFailure("It was deleted while it started");
      }
      if (isHealthy()) {
        return;
      }
      if (context.timeline().now().isAfter(deadline)) {
        throw new ServingFailure(
            "The container of model %s did not pass the ping health check within %d minutes%s"
                .formatted(spec.model().name(), TIME_TO_HEALTH.toMinutes(), lastLines()));
      }
      context.timeline().sleep(PING_PAUSE);
    }
    logFollower.join();
    Exit ended = exit.join();
    throw new ServingFailure(
        "The container of model %s ended with exit code %d%s before it answered /ping%s"
            .formatted(
                spec.model().name(),
                ended.code(),
                ended.outOfMemory() ? " (out of memory)" : "",
                lastLines()));
  }

  private boolean isHealthy() {
    try {
      return Ping.healthy(address());
    } catch (EngineException e) {
      return false; // it has just ended; its exit tells
    }
  }

  private String lastLines() {
    String words = LastWords.of(logStream.tail(LINES_LOOKED_AT));
    return words.isEmpty() ? "; it logged nothing" : ". Its last words: " + words;
  }

  private void watch() {
    try {
      exit.complete(context.engine().await(container));
    } catch (InterruptedException e) {
      log.debug("let go of container {}", container.name());
    } catch (EngineException e) {
      log.warn("lost sight of container {}: {}", container.name(), e.getMessage());
      exit.complete(new Exit(-1, false));
    }
  }

  private void follow() {
    try {
      ContainerLog.follow(context.engine(), container, logStream);
    } catch (InterruptedException e) {
      log.debug("let go of the log of {}", container.name());
    } catch (RuntimeException e) {
      log.error("the log of container {} could not be followed", container.name(), e);
    }
  }
}
