package io.sagelocal.serving;

import io.sagelocal.aws.ServiceError;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.Limits;
import io.sagelocal.engine.UnreachableException;
import io.sagelocal.logs.ContainerLog;
import io.sagelocal.logs.LogStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One model container of a {@link ModelInstance}, from its artifact to its end. */
public final class ModelServer {
  /** Where a model container listens. */
  static final int PORT = 8080;

  /** Says which GPUs a container has. */
  static final String GPUS_LABEL = "io.sagelocal.gpus";

  private static final Logger log = LoggerFactory.getLogger(ModelServer.class);
  private static final Duration PING_PAUSE = Duration.ofMillis(50);
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);
  private static final Duration PATIENCE_FOR_LOG = Duration.ofSeconds(5);
  private static final int LINES_LOOKED_AT = 400;

  private final ServingContext context;
  private final ModelServerSpec spec;
  private final ContainerId container;
  private final CompletableFuture<Exit> exit = new CompletableFuture<>();
  private final Thread watcher;
  private final Thread logFollower;
  private final LogStream logStream;
  private volatile @Nullable String base;
  private volatile @Nullable URI invocations;
  private volatile @Nullable ModelsOnDemand models;

  private ModelServer(ServingContext context, ModelServerSpec spec, ContainerId container) {
    this.context = context;
    this.spec = spec;
    this.container = container;
    this.logStream =
        context
            .logs()
            .open(
                spec.instance().scope(),
                spec.instance().logGroup(),
                spec.logStream(container.id()));
    this.logFollower = Thread.ofVirtual().name("log-" + container.name()).start(this::follow);
    this.watcher = Thread.ofVirtual().name("watch-" + container.name()).start(this::watch);
  }

  /**
   * Takes up the container of that name if it still runs, or unpacks the artifact and starts one;
   * then waits until it answers {@code /ping}, it ends, or its time is over, whichever is first.
   * The log of one that has ended meanwhile is read to its end before another is started.
   *
   * @param limits how much of the machine a container that is started gets
   * @param abandoned asked while waiting; when it says yes the container is removed again
   * @throws ServingFailure saying why, with the last lines of its log; nothing is left behind
   */
  static ModelServer open(
      ServingContext context, ModelServerSpec spec, Limits limits, BooleanSupplier abandoned)
      throws ServingFailure, InterruptedException {
    try {
      Optional<ContainerId> kept = context.engine().find(spec.containerName());
      if (kept.isPresent()) {
        ModelServer server = new ModelServer(context, spec, kept.get());
        try {
          return server.healthy(abandoned);
        } catch (ServingFailure e) {
          if (!server.exit.isDone() || abandoned.getAsBoolean()) {
            throw e;
          }
          log.info("{}; another is started", e.reason()); // it may have ended with the machine
        }
      }
      ContainerId started = new Launch(context, spec, limits, abandoned).start();
      return new ModelServer(context, spec, started).healthy(abandoned);
    } catch (EngineException e) {
      throw new ServingFailure(
          "%s could not be run: %s".formatted(spec.words(), e.getMessage()), e);
    }
  }

  /** This one when it answers pings; else nothing is left of it. */
  private ModelServer healthy(BooleanSupplier abandoned)
      throws ServingFailure, InterruptedException {
    try {
      awaitHealth(abandoned);
      return this;
    } catch (ServingFailure | RuntimeException e) {
      abort();
      throw e;
    } catch (InterruptedException e) {
      release();
      throw e;
    }
  }

  /** The address of its {@code /invocations}, which is made once. */
  public URI invocations() {
    URI found = invocations;
    if (found == null) {
      found = uri("/invocations");
      invocations = found;
    }
    return found;
  }

  /** The address of a path, which is escaped already; the engine is asked for it once. */
  public URI uri(String path) {
    String found = base;
    if (found == null) {
      InetSocketAddress at = context.engine().address(container, PORT);
      found = "http://%s:%d".formatted(at.getHostString(), at.getPort());
      base = found;
    }
    return URI.create(found + path);
  }

  /** The container's name within its model. */
  public String name() {
    return spec.container().name();
  }

  /** Whether a container with Mode MultiModel has that model. */
  public boolean hasLoaded(String targetModel) {
    ModelsOnDemand known = models;
    return known != null && known.has(targetModel);
  }

  /**
   * Has a container with Mode MultiModel load a model that it does not have yet.
   *
   * @param targetModel the key of its archive below the ModelDataUrl
   * @return what keeps it loaded until it is closed
   * @throws ServiceError a ValidationError when there is no such object
   * @throws LoadFailure when the container does not load it
   */
  public LoadedModel load(String targetModel) throws LoadFailure, InterruptedException {
    return models().load(targetModel);
  }

  private synchronized ModelsOnDemand models() {
    ModelsOnDemand known = models;
    if (known == null) {
      known = new ModelsOnDemand(context, spec, this::uri);
      models = known;
    }
    return known;
  }

  /** The engine's identifier of the container: no other ever has it. */
  public String containerId() {
    return container.id();
  }

  /** How the container ended, once it has. */
  CompletableFuture<Exit> exit() {
    return exit.copy();
  }

  /** Lets the container run on; another {@link #open} finds it. */
  void release() {
    watcher.interrupt();
    logFollower.interrupt();
  }

  /** Stops the container and waits for the rest of its log. */
  void end() {
    context.engine().stop(container, STOP_GRACE);
    try {
      if (!logFollower.join(PATIENCE_FOR_LOG)) {
        log.warn("the log of container {} has not ended with it", container.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // whoever hurries does without the last lines
    }
  }

  /** It serves nobody, so nothing is to be finished. */
  private void abort() {
    uninterrupted("abort-" + container.name(), this::discardAtOnce);
    release();
  }

  /** Does what would leave something behind if an interrupt broke it off. */
  static void uninterrupted(String name, Runnable work) {
    CompletableFuture.runAsync(work, task -> Thread.ofVirtual().name(name).start(task)).join();
  }

  private void discardAtOnce() {
    try {
      context.engine().remove(container);
      discard(context.engine(), spec);
    } catch (EngineException e) {
      log.error("container {} or its folder could not be removed", container.name(), e);
    }
  }

  /**
   * Removes the container and folder of a spec, whether or not they are there.
   *
   * @throws EngineException when something of them may still be there
   */
  static void discard(ContainerEngine engine, ModelServerSpec spec) {
    remove(engine, spec.containerName());
    if (spec.network() instanceof ContainerNetwork.Guarded own) {
      engine.removeNetwork(own.name());
    }
    engine.deleteFolder(spec.folder());
  }

  /** Stops and removes the container of that name if there is one. */
  static void remove(ContainerEngine engine, String containerName) {
    Optional<ContainerId> found = engine.find(containerName);
    found.ifPresent(id -> engine.stop(id, STOP_GRACE));
    found.ifPresent(engine::remove);
  }

  private void awaitHealth(BooleanSupplier abandoned) throws ServingFailure, InterruptedException {
    Duration limit = spec.instance().timeLimits().health();
    Instant deadline = context.timeline().now().plus(limit);
    while (!exit.isDone()) {
      if (abandoned.getAsBoolean()) {
        throw ServingFailure.abandoned();
      }
      if (health() == Health.WELL) {
        return;
      }
      if (context.timeline().now().isAfter(deadline)) {
        throw new ServingFailure(
            "%s did not pass the ping health check within %d seconds%s"
                .formatted(spec.words(), limit.toSeconds(), lastLines()));
      }
      context.timeline().sleep(PING_PAUSE);
    }
    logFollower.join();
    Exit ended = exit.join();
    throw new ServingFailure(
        "%s ended with exit code %d%s before it answered /ping%s"
            .formatted(
                spec.words(),
                ended.code(),
                ended.outOfMemory() ? " (out of memory)" : "",
                lastLines()));
  }

  /** What it answers to a ping; may take two seconds. */
  Health health() {
    try {
      return Ping.ask(uri("/ping"));
    } catch (UnreachableException e) {
      throw e;
    } catch (EngineException e) {
      return Health.SILENT; // it has just ended; its exit tells
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
