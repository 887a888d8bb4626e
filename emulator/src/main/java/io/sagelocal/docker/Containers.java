package io.sagelocal.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.WaitContainerCondition;
import com.github.dockerjava.api.model.WaitResponse;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.ImageNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** A container from its creation to its removal. */
final class Containers {
  private static final int CONFLICT = 409;
  private static final int TRIES = 3;

  private final Daemon daemon;
  private final Layers layers = new Layers();

  Containers(Daemon daemon) {
    this.daemon = daemon;
  }

  /** Says that the daemon mounted no overlay; nothing of the start is left. */
  private static final class LayersRefused extends EngineException {
    private static final long serialVersionUID = 1L;

    LayersRefused(EngineException refusal) {
      super(String.valueOf(refusal.getMessage()), refusal);
    }
  }

  /** Whether folders with others beneath are overlays, as far as is known. */
  boolean layers() {
    return layers.possible(daemon.abilities());
  }

  /** A container that is there, and whether it has been started before. */
  private record Made(ContainerSpec spec, ContainerId id, boolean started) {}

  /** Makes and starts it; one of ours by that name that has been started is kept as it is. */
  ContainerId start(ContainerSpec spec) {
    return startTogether(List.of(spec)).getFirst();
  }

  /** Makes them all, then starts them all; side by side, as each takes the daemon a while. */
  List<ContainerId> startTogether(List<ContainerSpec> specs) {
    try {
      return makeAndRun(specs);
    } catch (LayersRefused e) {
      return makeAndRun(specs); // with copies
    }
  }

  private List<ContainerId> makeAndRun(List<ContainerSpec> specs) {
    Queue<ContainerId> there = new ConcurrentLinkedQueue<>();
    try {
      List<Made> made =
          sideBySide(
              specs,
              spec -> {
                Made one = make(spec);
                there.add(one.id());
                return one;
              });
      return sideBySide(made, this::run);
    } catch (RuntimeException e) {
      there.forEach(id -> removeAfter(id, e));
      throw e;
    }
  }

  /** Does it for each, waits for all, and throws the first failure. */
  private static <T, R> List<R> sideBySide(List<T> each, Function<T, R> action) {
    List<Future<R>> actions = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      each.forEach(one -> actions.add(threads.submit(() -> action.apply(one))));
    }
    List<R> results = new ArrayList<>();
    for (Future<R> done : actions) {
      if (done.state() == Future.State.FAILED) {
        throw done.exceptionNow() instanceof RuntimeException failure
            ? failure
            : new IllegalStateException(done.exceptionNow());
      }
      results.add(done.resultNow());
    }
    return results;
  }

  /** Makes it, or finds the one of ours that has its name. */
  private Made make(ContainerSpec spec) {
    for (int i = 0; i < TRIES; i++) {
      try {
        return new Made(spec, create(spec), false);
      } catch (ConflictException e) {
        Optional<Made> adopted = adopt(spec, e);
        if (adopted.isPresent()) {
          return adopted.get();
        }
      }
    }
    throw new EngineException(
        "container %s could not be made: one of that name keeps coming and going"
            .formatted(spec.name()));
  }

  private ContainerId create(ContainerSpec spec) {
    Creation.requireFolders(spec);
    Abilities abilities = daemon.abilities();
    spec.folders().forEach(folder -> layers.prepare(abilities, folder));
    try {
      return daemon.ask(client -> {
        try (CreateContainerCmd command = Creation.of(client, abilities, layers, spec)) {
          return new ContainerId(spec.name(), command.exec().getId());
        }
      });
    } catch (NotFoundException e) {
      throw new ImageNotFoundException(spec.image(), Reasons.of(e));
    } catch (ConflictException e) {
      throw e;
    } catch (DockerException e) {
      throw Reasons.refused("creating container " + spec.name(), e);
    }
  }

  private ContainerId run(Made made) {
    ContainerId id = made.id();
    if (made.started()) {
      return id;
    }
    try {
      daemon.ask(client -> client.startContainerCmd(id.id()).exec());
      return id;
    } catch (NotModifiedException e) {
      return id; // it runs already
    } catch (DockerException e) {
      removeAfter(id, e);
      if (layers.isRefusal(e)) {
        throw new LayersRefused(Reasons.refused("starting container " + id.name(), e));
      }
      throw !made.spec().limits().gpus().isEmpty() && Gpus.missing(e)
          ? Gpus.noSupport(e)
          : Reasons.refused("starting container " + id.name(), e);
    } catch (RuntimeException e) {
      removeAfter(id, e);
      throw e;
    }
  }

  private void removeAfter(ContainerId id, RuntimeException problem) {
    try {
      remove(id);
    } catch (RuntimeException e) {
      problem.addSuppressed(e);
    }
  }

  /** The container that has the name already; none when it has gone meanwhile. */
  private Optional<Made> adopt(ContainerSpec spec, ConflictException conflict) {
    Optional<InspectContainerResponse> there = inspect(spec.name());
    if (there.isEmpty()) {
      return Optional.empty();
    }
    InspectContainerResponse found = there.get();
    ContainerId id = new ContainerId(spec.name(), found.getId());
    Map<String, String> labels = found.getConfig().getLabels();
    if (labels == null || !labels.entrySet().containsAll(spec.labels().entrySet())) {
      throw new EngineException(
          "there is a container named " + spec.name() + " which is not ours", conflict);
    }
    if (isLeaving(found.getState())) {
      remove(id);
      return Optional.empty();
    }
    return Optional.of(new Made(spec, id, !neverStarted(found.getState())));
  }

  /** A container that was made but never started is what a crash left of a start: nothing. */
  Optional<ContainerId> find(String name) {
    Optional<InspectContainerResponse> there =
        inspect(name).filter(found -> !isLeaving(found.getState()));
    Optional<ContainerId> id = there.map(found -> new ContainerId(name, found.getId()));
    if (there.isPresent() && neverStarted(there.get().getState())) {
      id.ifPresent(this::remove);
      return Optional.empty();
    }
    return id;
  }

  void stop(ContainerId id, Duration grace) {
    try {
      daemon.askAtLength(client ->
          client.stopContainerCmd(id.id()).withTimeout(Math.toIntExact(grace.toSeconds())).exec());
    } catch (NotFoundException | NotModifiedException e) {
      return; // gone or ended: what was asked for
    } catch (DockerException e) {
      throw Reasons.refused("stopping container " + id.name(), e);
    }
  }

  void remove(ContainerId id) {
    try {
      daemon.ask(client ->
          client.removeContainerCmd(id.id()).withForce(true).withRemoveVolumes(true).exec());
    } catch (NotFoundException e) {
      return; // gone: what was asked for
    } catch (DockerException e) {
      if (e.getHttpStatus() != CONFLICT) {
        throw Reasons.refused("removing container " + id.name(), e);
      }
      awaitRemoval(id); // somebody is removing it already
    }
  }

  private void awaitRemoval(ContainerId id) {
    try {
      daemon.stream(
          client -> client.waitContainerCmd(id.id()).withCondition(WaitContainerCondition.REMOVED),
          new Answer<WaitResponse>() {
            @Override
            void take(WaitResponse response) {}
          });
    } catch (NotFoundException e) {
      return; // gone: what was asked for
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (DockerException e) {
      throw Reasons.refused("removing container " + id.name(), e);
    }
  }

  boolean runs(ContainerId id) {
    return inspect(id.id())
        .map(found -> Boolean.TRUE.equals(found.getState().getRunning()))
        .orElse(false);
  }

  Optional<InspectContainerResponse> inspect(String nameOrId) {
    try {
      return Optional.of(daemon.ask(client -> client.inspectContainerCmd(nameOrId).exec()));
    } catch (NotFoundException e) {
      return Optional.empty();
    } catch (DockerException e) {
      throw Reasons.refused("looking at container " + nameOrId, e);
    }
  }

  Map<String, String> labelled(String label) {
    List<Container> containers;
    try {
      containers =
          daemon.ask(client ->
              client.listContainersCmd().withShowAll(true).withLabelFilter(List.of(label)).exec());
    } catch (DockerException e) {
      throw Reasons.refused("listing containers", e);
    }
    Map<String, String> found = new HashMap<>();
    for (Container container : containers) {
      if (container.getNames().length > 0) { // none while it is being removed
        found.put(
            container.getNames()[0].substring(1), container.getLabels().getOrDefault(label, ""));
      }
    }
    return found;
  }

  static boolean neverStarted(ContainerState state) {
    return "created".equals(state.getStatus());
  }

  private static boolean isLeaving(ContainerState state) {
    return "removing".equals(state.getStatus()) || "dead".equals(state.getStatus());
  }
}
