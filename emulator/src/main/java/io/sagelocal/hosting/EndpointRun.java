package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Labels;
import io.sagelocal.hosting.EndpointState.Creating;
import io.sagelocal.hosting.EndpointState.Deleting;
import io.sagelocal.hosting.EndpointState.Failed;
import io.sagelocal.hosting.EndpointState.InService;
import io.sagelocal.hosting.EndpointState.RollingBack;
import io.sagelocal.hosting.EndpointState.Updating;
import io.sagelocal.serving.ModelInstance;
import io.sagelocal.serving.ServingFailure;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one endpoint: start its instances, keep them running, put others in their place for
 * an update, remove them when the endpoint is deleted. What comes next is read from the record each
 * time, so a delete wins over a start in flight.
 */
final class EndpointRun {
  private static final Logger log = LoggerFactory.getLogger(EndpointRun.class);
  private static final int MAX_REASON_CHARS = 1024;

  private final HostingContext context;
  private final Scope scope;
  private final String name;
  private final InstanceNames names;
  private final String logGroupArn;
  private final Semaphore changes = new Semaphore(0);

  /** Every fleet that may have something running: the one that serves, the next, earlier ones. */
  private final List<Fleet> fleets = new CopyOnWriteArrayList<>();

  private volatile boolean deleting;
  private volatile @Nullable Fleet serving;

  EndpointRun(HostingContext context, Scope scope, String name) {
    this.context = context;
    this.scope = scope;
    this.name = name;
    this.names = new InstanceNames(context, scope, name);
    this.logGroupArn = scope.logGroupArn(Endpoints.logGroup(name));
  }

  /** Tells the run that the record has changed. */
  void changed() {
    changes.release();
  }

  /** Tells the run that the record now asks for removal. */
  void deleteRequested() {
    deleting = true;
    fleets.forEach(Fleet::giveUp);
    changes.release();
  }

  /**
   * Claims a running instance for an invocation; empty while there is none or when the endpoint is
   * deleted.
   *
   * @throws ServiceError a ValidationError when its model does not have what is asked for
   */
  Optional<Route> route(InvocationTarget target) {
    Fleet fleet = serving;
    if (deleting || fleet == null) {
      return Optional.empty();
    }
    if (fleet.async() != target.async()) {
      throw new ServiceError(
          "ValidationError",
          target.async()
              ? "Endpoint %s has no AsyncInferenceConfig; use InvokeEndpoint".formatted(name)
              : "Endpoint %s has an AsyncInferenceConfig; use InvokeEndpointAsync".formatted(name));
    }
    Optional<Instance> claimed = fleet.claim(target, null);
    if (claimed.isEmpty()) {
      return Optional.empty();
    }
    try {
      target.check(claimed.get().model().model());
    } catch (ServiceError e) {
      claimed.get().release();
      throw e;
    }
    return Optional.of(new Route(this, fleet, claimed.get(), target));
  }

  /** Where its containers' logs are. */
  String logGroupArn() {
    return logGroupArn;
  }

  /** Counts an invocation that one of its instances has answered or failed to. */
  void count(String variant, int status, long model, long overhead) {
    context.metrics().count(scope, name, variant, status, model, overhead);
  }

  /**
   * Lives until the endpoint is gone. Returns early when interrupted, with the record as it is: the
   * next run takes the endpoint up from it.
   */
  void live() throws InterruptedException {
    record().ifPresent(this::removeLeftovers);
    for (Optional<Endpoint> now = record(); now.isPresent(); now = record()) {
      Endpoint endpoint = now.get();
      switch (endpoint.state()) {
        case Creating c -> create(endpoint);
        case InService i -> {
          keep(endpoint);
          changes.acquire();
        }
        case Updating u -> {
          keep(endpoint);
          update(endpoint, u.next());
        }
        case RollingBack r -> {
          keep(endpoint);
          change(new InService(Optional.of(r.reason())));
        }
        case Failed f -> changes.acquire();
        case Deleting d -> {
          removeAtLast(endpoint);
          return; // a record of this name is another endpoint's
        }
      }
    }
  }

  /**
   * Removes the containers, for a shutdown; the record stays, unless it asked for removal already.
   */
  void shutDown() {
    try {
      record()
          .filter(endpoint -> endpoint.state() instanceof Deleting)
          .ifPresentOrElse(this::remove, this::down);
    } catch (EngineException e) {
      log.error("endpoint {} could not be stopped: {}", name, e.getMessage());
    }
  }

  private void create(Endpoint endpoint) throws InterruptedException {
    Fleet fleet = add(endpoint.deployment());
    try {
      fleet.start(endpoint.deployment());
      serving = fleet;
      change(InService.WELL);
    } catch (ServingFailure e) {
      fleets.remove(fleet);
      change(new Failed(cut(e.reason())));
    }
  }

  /** After a restart there is a record of an endpoint that serves, and nothing that does. */
  private void keep(Endpoint endpoint) {
    if (serving == null) {
      Fleet fleet = add(endpoint.deployment());
      fleet.keep(endpoint.deployment());
      serving = fleet;
    }
  }

  private void update(Endpoint endpoint, Deployment next) throws InterruptedException {
    Fleet old = serving;
    try {
      if (next.number() == endpoint.deployment().number() && old != null) {
        old.scale(next);
        context.records().update(scope, name, each -> each.updated(now()));
      } else {
        replace(old, next);
      }
    } catch (ServingFailure e) {
      log.warn("the update of endpoint {} is taken back: {}", endpoint.arn(), e.reason());
      change(new RollingBack(cut(e.reason())));
    }
  }

  /** New requests go to the new fleet once all of it is healthy; the old one ends what it has. */
  private void replace(@Nullable Fleet old, Deployment next)
      throws ServingFailure, InterruptedException {
    Fleet fleet = add(next);
    try {
      fleet.start(next);
    } catch (ServingFailure e) {
      fleets.remove(fleet);
      throw e;
    }
    serving = fleet;
    context.records().update(scope, name, each -> each.updated(now()));
    if (old != null) {
      Thread.ofVirtual().name("retire-" + name).start(() -> retire(old));
    }
  }

  private void retire(Fleet old) {
    try {
      old.retire();
      fleets.remove(old);
    } catch (InterruptedException e) {
      log.debug("let go of what endpoint {} ran before", name);
    }
  }

  /** A delete that came before the fleet was known to it is told to the fleet here. */
  private Fleet add(Deployment deployment) {
    Fleet fleet = new Fleet(context, names, deployment);
    fleets.add(fleet);
    if (deleting) {
      fleet.giveUp();
    }
    return fleet;
  }

  /** What a crash left of fleets that nobody needs any more. */
  private void removeLeftovers(Endpoint endpoint) {
    Set<String> needed = new HashSet<>(names.containers(endpoint.deployment()));
    if (endpoint.state() instanceof Updating updating) {
      needed.addAll(names.containers(updating.next()));
    }
    try {
      ModelInstance.sweep(context.serving().engine(), Labels.ARN, names.arn(), needed);
    } catch (EngineException e) {
      log.warn("leftovers of endpoint {} could not be looked for: {}", name, e.getMessage());
    }
  }

  /** The record goes only when the containers have: what is left behind must be found again. */
  private void removeAtLast(Endpoint endpoint) throws InterruptedException {
    GrowingPause pause = new GrowingPause();
    while (!removed(endpoint)) {
      context.serving().timeline().sleep(pause.next());
    }
  }

  private boolean removed(Endpoint endpoint) {
    try {
      remove(endpoint);
      return true;
    } catch (RuntimeException e) {
      log.warn("endpoint {} could not be removed yet: {}", endpoint.arn(), e.getMessage());
      return false;
    }
  }

  private void remove(Endpoint endpoint) {
    down();
    context.serving().engine().deleteFolder(names.folder());
    context.records().delete(scope, endpoint.name());
  }

  private void down() {
    serving = null;
    fleets.forEach(Fleet::abandon);
    ModelInstance.sweep(context.serving().engine(), Labels.ARN, names.arn(), Set.of());
  }

  private void change(EndpointState next) {
    context.records().update(scope, name, endpoint -> endpoint.in(next, now()));
  }

  private Instant now() {
    return context.serving().timeline().now();
  }

  private Optional<Endpoint> record() {
    return context.records().find(scope, name);
  }

  private static String cut(String reason) {
    return reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS));
  }
}
