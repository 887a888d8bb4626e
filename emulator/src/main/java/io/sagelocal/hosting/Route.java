package io.sagelocal.hosting;

import io.sagelocal.models.Model;
import io.sagelocal.serving.ModelServer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where an invocation goes: a running instance, on whose hands the request is until this is closed.
 */
public final class Route implements AutoCloseable {
  private final EndpointRun endpoint;
  private final Fleet fleet;
  private final Instance instance;
  private final InvocationTarget target;
  private final List<ModelServer> stages;
  private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.SENT);

  /** How far the request has come. */
  private enum Progress {
    SENT,
    ANSWERED,
    CLOSED
  }

  Route(EndpointRun endpoint, Fleet fleet, Instance instance, InvocationTarget target) {
    this.endpoint = endpoint;
    this.fleet = fleet;
    this.instance = instance;
    this.target = target;
    this.stages = stages(instance, target);
  }

  /** The ProductionVariant that answers. */
  public String variant() {
    return instance.variant();
  }

  /** The containers that the request goes through, each with the answer of the one before. */
  public List<ModelServer> stages() {
    return stages;
  }

  /** The model to load, of a container that loads models on demand. */
  public Optional<String> targetModel() {
    return target.model();
  }

  /** Where the containers' logs are. */
  public String logGroupArn() {
    return endpoint.logGroupArn();
  }

  /** Another instance for the same request; empty when there is none. */
  public Optional<Route> other() {
    return fleet.claim(target, instance).map(each -> new Route(endpoint, fleet, each, target));
  }

  /** The instance has begun to answer. */
  public void answered() {
    if (progress.compareAndSet(Progress.SENT, Progress.ANSWERED)) {
      instance.beginsAnswer();
    }
  }

  /**
   * Counts the invocation in the endpoint's metrics.
   *
   * @param status the container's HTTP status; 0 when it did not answer
   * @param model nanoseconds from sending the request to the beginning of the answer
   * @param overhead nanoseconds of everything else
   */
  public void count(int status, long model, long overhead) {
    endpoint.count(variant(), status, model, overhead);
  }

  @Override
  public void close() {
    Progress before = progress.getAndSet(Progress.CLOSED);
    if (before == Progress.ANSWERED) {
      instance.endsAnswer();
    }
    if (before != Progress.CLOSED) {
      instance.release();
    }
  }

  private static List<ModelServer> stages(Instance instance, InvocationTarget target) {
    List<ModelServer> all = instance.model().servers();
    return instance.model().model().mode() == Model.Mode.DIRECT
        ? all.stream()
            .filter(each -> target.container().filter(each.name()::equals).isPresent())
            .toList()
        : all;
  }
}
