package io.sagelocal.faults;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import io.sagelocal.engine.CapacityException;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.ForwardingEngine;
import io.sagelocal.engine.Labels;
import io.sagelocal.engine.LogSink;
import io.sagelocal.faults.Fault.Moment;
import io.sagelocal.state.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An engine whose containers meet the faults that wait for them; otherwise the one it wraps. */
public final class FaultyEngine extends ForwardingEngine {
  private static final Logger log = LoggerFactory.getLogger(FaultyEngine.class);

  private final Faults faults;
  private final Timeline timeline;
  private final BiConsumer<Scope, String> interrupt;
  private final Map<String, List<Waiting>> waiting = new ConcurrentHashMap<>();

  /** A host of a job, as the labels of its container say. */
  private record Host(Scope scope, String job) {
    private static final int REGION = 3;
    private static final int ACCOUNT = 4;

    static Optional<Host> of(ContainerSpec spec) {
      String job = spec.labels().get(Labels.JOB);
      String arn = spec.labels().get(Labels.ARN);
      if (job == null || arn == null) {
        return Optional.empty();
      }
      String[] parts = arn.split(":", ACCOUNT + 2);
      return Optional.of(
          new Host(new Scope(new AccountId(parts[ACCOUNT]), new Region(parts[REGION])), job));
    }
  }

  /** What happens once the line is found in a container's log. */
  private record Waiting(Pattern line, Duration after, Runnable action) {}

  /**
   * @param interrupt takes a job's instances away: its scope and its name
   */
  public FaultyEngine(
      ContainerEngine engine,
      Faults faults,
      Timeline timeline,
      BiConsumer<Scope, String> interrupt) {
    super(engine);
    this.faults = faults;
    this.timeline = timeline;
    this.interrupt = interrupt;
  }

  @Override
  public ContainerId start(ContainerSpec spec) {
    refuseWithoutRoom(List.of(spec));
    ContainerId id = super.start(spec);
    meetStart(spec, id);
    return id;
  }

  @Override
  public List<ContainerId> startTogether(List<ContainerSpec> specs) {
    refuseWithoutRoom(specs);
    List<ContainerId> started = super.startTogether(specs);
    for (int i = 0; i < specs.size(); i++) {
      meetStart(specs.get(i), started.get(i));
    }
    return started;
  }

  private void refuseWithoutRoom(List<ContainerSpec> specs) {
    Optional<Host> host = specs.stream().findFirst().flatMap(Host::of);
    if (host.flatMap(one -> faults.noCapacity(one.scope().account(), one.job())).isPresent()) {
      throw new CapacityException();
    }
  }

  private void meetStart(ContainerSpec spec, ContainerId id) {
    Optional<Host> host = Host.of(spec);
    if (host.isEmpty()) {
      return;
    }
    Scope scope = host.get().scope();
    String job = host.get().job();
    faults
        .hostDeath(scope.account(), job, spec.hostname())
        .ifPresent(fault -> prepare(id, fault.moment(), () -> kill(id)));
    faults
        .interruption(scope.account(), job)
        .ifPresent(fault -> prepare(id, fault.moment(), () -> interrupt.accept(scope, job)));
  }

  private void prepare(ContainerId id, Moment moment, Runnable action) {
    if (moment.logged().isEmpty()) {
      timeline.schedule(moment.after(), action);
      return;
    }
    waiting.merge(
        id.name(),
        List.of(new Waiting(moment.logged().get(), moment.after(), action)),
        (some, more) -> {
          List<Waiting> all = new ArrayList<>(some);
          all.addAll(more);
          return all;
        });
  }

  private void kill(ContainerId id) {
    try {
      log.info("container {} is killed, as a fault asks", id.name());
      stop(id, Duration.ZERO);
    } catch (EngineException e) {
      log.error("container {} could not be killed", id.name(), e);
    }
  }

  @Override
  public void readLog(ContainerId id, LogSink sink) throws InterruptedException {
    super.readLog(
        id,
        (at, text) -> {
          sink.line(at, text);
          meet(id, text);
        });
  }

  private void meet(ContainerId id, String text) {
    waiting.computeIfPresent(
        id.name(),
        (name, all) -> {
          List<Waiting> left = new ArrayList<>(all);
          left.removeIf(one -> {
            boolean now = one.line().matcher(text).find();
            if (now) {
              timeline.schedule(one.after(), one.action());
            }
            return now;
          });
          return left.isEmpty() ? null : left;
        });
  }

  @Override
  public void remove(ContainerId id) {
    waiting.remove(id.name());
    super.remove(id);
  }
}
