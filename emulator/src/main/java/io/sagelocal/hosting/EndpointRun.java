package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.Exit;
import io.sagelocal.hosting.EndpointState.Creating;
import io.sagelocal.hosting.EndpointState.Deleting;
import io.sagelocal.hosting.EndpointState.Failed;
import io.sagelocal.hosting.EndpointState.InService;
import io.sagelocal.hosting.Endpoints.Route;
import io.sagelocal.serving.InstanceSpec;
import io.sagelocal.serving.ModelInstance;
import io.sagelocal.serving.ModelServer;
import io.sagelocal.serving.ServingFailure;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one endpoint: start its container, keep one running, remove it when the endpoint is
 * deleted. What comes next is read from the record each time, so a delete wins over a start in
 * flight.
 */
final class EndpointRun {
  private static final Logger log = LoggerFactory.getLogger(EndpointRun.class);
  private static final Duration FIRST_RESTART_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_RESTART_PAUSE = Duration.ofSeconds(30);
  private static final int MAX_REASON_CHARS = 1024;
  private static final int SCOPE_DIGITS = 0xffff;

  private final HostingContext context;
  private final Scope scope;
  private final String name;
  private final CompletableFuture<Void> deleted = new CompletableFuture<>();
  private volatile @Nullable ModelInstance server;
  private volatile @Nullable Route route;

  EndpointRun(HostingContext context, Scope scope, String name) {
    this.context = context;
    this.scope = scope;
    this.name = name;
  }

  /** Tells the run that the record now asks for removal. */
  void deleteRequested() {
    deleted.complete(null);
  }

  /** Where invocations go; empty while no container is healthy or when the endpoint is deleted. */
  Optional<Route> route() {
    return deleted.isDone() ? Optional.empty() : Optional.ofNullable(route);
  }

  /**
   * Lives until the endpoint is gone. Returns early when interrupted, with the record as it is: the
   * next run takes the endpoint up from it.
   */
  void live() throws InterruptedException {
    Duration pause = FIRST_RESTART_PAUSE;
    for (Optional<Endpoint> now = record(); now.isPresent(); now = record()) {
      Endpoint endpoint = now.get();
      switch (endpoint.state()) {
        case Creating c -> create(endpoint);
        case InService i -> pause = serve(endpoint, pause);
        case Failed f -> awaitDeletion();
        case Deleting d -> pause = removeOrPause(endpoint, pause);
      }
    }
  }

  /**
   * Removes the container, for a shutdown; the record stays, unless it asked for removal already.
   */
  void shutDown() {
    ModelInstance running = server;
    down();
    if (running != null) {
      running.close();
    }
    record().filter(endpoint -> endpoint.state() instanceof Deleting).ifPresent(this::remove);
  }

  private void create(Endpoint endpoint) throws InterruptedException {
    try {
      up(endpoint, ModelInstance.open(context.serving(), spec(endpoint), deleted::isDone));
      update(new InService());
    } catch (ServingFailure e) {
      update(new Failed(cut(e.reason())));
    } catch (RuntimeException e) {
      log.error("endpoint {} met an unexpected error", endpoint.arn(), e);
      update(new Failed(cut("InternalServerError: " + e)));
    }
  }

  /** Serves until the container ends or the endpoint is deleted; answers the next pause. */
  private Duration serve(Endpoint endpoint, Duration pause) throws InterruptedException {
    try {
      ModelInstance running = server;
      if (running == null) {
        running = ModelInstance.open(context.serving(), spec(endpoint), deleted::isDone);
        up(endpoint, running);
      }
      CompletableFuture.anyOf(running.exit(), deleted).get();
      if (deleted.isDone()) {
        return pause;
      }
      Exit exit = running.exit().get();
      log.warn(
          "the container of endpoint {} ended with exit code {}; it is started again",
          endpoint.arn(),
          exit.code());
      down();
      running.close();
      return FIRST_RESTART_PAUSE;
    } catch (ServingFailure e) {
      log.warn("endpoint {} could not be started again: {}", endpoint.arn(), e.reason());
    } catch (ExecutionException | RuntimeException e) {
      log.error("endpoint {} met an unexpected error", endpoint.arn(), e);
    }
    awaitDeletionFor(pause);
    return longer(pause);
  }

  private void up(Endpoint endpoint, ModelInstance running) {
    server = running;
    String variant = endpoint.variants().getFirst().name();
    ModelServer first = running.servers().getFirst();
    route =
        new Route(
            variant,
            first.address(),
            first.containerId(),
            scope.logGroupArn(Endpoints.logGroup(name)));
  }

  private void down() {
    route = null;
    server = null;
  }

  private void awaitDeletionFor(Duration pause) throws InterruptedException {
    try {
      deleted.get(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.debug("endpoint {} is tried again", name);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitDeletion() throws InterruptedException {
    try {
      deleted.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The record goes only when the container has: what is left behind must be found again. */
  private Duration removeOrPause(Endpoint endpoint, Duration pause) throws InterruptedException {
    try {
      remove(endpoint);
      return FIRST_RESTART_PAUSE;
    } catch (RuntimeException e) {
      log.warn("endpoint {} could not be removed yet: {}", endpoint.arn(), e.getMessage());
      context.serving().timeline().sleep(pause);
      return longer(pause);
    }
  }

  private static Duration longer(Duration pause) {
    Duration next = pause.multipliedBy(2);
    return next.compareTo(LONGEST_RESTART_PAUSE) > 0 ? LONGEST_RESTART_PAUSE : next;
  }

  private void remove(Endpoint endpoint) {
    down();
    ModelInstance.discard(context.serving().engine(), spec(endpoint));
    context.records().delete(scope, name);
  }

  private InstanceSpec spec(Endpoint endpoint) {
    ProductionVariant variant = endpoint.variants().getFirst();
    String container =
        "sagelocal-%s-%04x-endpoint-%s-%s"
            .formatted(context.instance(), scope.hashCode() & SCOPE_DIGITS, name, variant.name());
    return new InstanceSpec(
        scope,
        endpoint.model(variant),
        container,
        context
            .endpointsFolder()
            .resolve(scope.account().digits())
            .resolve(scope.region().name())
            .resolve(name)
            .resolve(variant.name()),
        Map.of(
            "io.sagelocal.instance", context.instance(),
            "io.sagelocal.endpoint", name,
            "io.sagelocal.arn", endpoint.arn().toString()),
        Endpoints.logGroup(name),
        variant.name() + "/i",
        variant.instanceType().gpu(),
        InstanceSpec.TimeLimits.DEFAULT);
  }

  private void update(EndpointState next) {
    context
        .records()
        .update(scope, name, endpoint -> endpoint.in(next, context.serving().timeline().now()));
  }

  private Optional<Endpoint> record() {
    return context.records().find(scope, name);
  }

  private static String cut(String reason) {
    return reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS));
  }
}
