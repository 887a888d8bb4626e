package io.sagelocal.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Network;
import io.sagelocal.docker.Daemon.Connection;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.HostAccess;
import io.sagelocal.engine.ImageNotFoundException;
import io.sagelocal.engine.LogSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Containers on a Docker daemon of this machine. */
public final class DockerContainerEngine implements ContainerEngine, AutoCloseable {
  private static final Duration PULL_LIMIT = Duration.ofMinutes(60);
  private static final int KILLED = 137;

  private final Daemon daemon;
  private final AtomicReference<@Nullable String> usedImage = new AtomicReference<>();

  /**
   * @param environment where DOCKER_HOST, HOME and XDG_RUNTIME_DIR are looked up
   */
  public DockerContainerEngine(Map<String, String> environment) {
    this.daemon = new Daemon(environment);
  }

  @Override
  public HostAccess connect() {
    return daemon.connection().access();
  }

  /** Whether the daemon has the runtime that gives containers the GPUs. */
  boolean hasGpuSupport() {
    return daemon.connection().nvidiaRuntime();
  }

  @Override
  public boolean hasImage(String image) {
    try {
      client().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    } catch (DockerException e) {
      throw refused("looking for image " + image, e);
    }
  }

  @Override
  public void pull(String image) {
    try {
      boolean done =
          client()
              .pullImageCmd(image)
              .exec(new PullImageResultCallback())
              .awaitCompletion(PULL_LIMIT.toMinutes(), TimeUnit.MINUTES);
      if (!done) {
        throw new ImageNotFoundException(
            image, "the pull did not end within " + PULL_LIMIT.toMinutes() + " minutes");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("the pull of " + image + " was interrupted", e);
    } catch (DockerException e) {
      throw new ImageNotFoundException(image, Reasons.of(e));
    }
    if (!hasImage(image)) {
      throw new ImageNotFoundException(image, "the pull ended without it");
    }
  }

  @Override
  public ContainerId start(ContainerSpec spec) {
    Connection connection = daemon.connection();
    ContainerId id = create(connection, spec);
    try {
      connection.client().startContainerCmd(id.id()).exec();
    } catch (NotModifiedException e) {
      return id; // it runs already
    } catch (DockerException e) {
      remove(id);
      throw refused("starting container " + spec.name(), e);
    }
    usedImage.set(spec.image());
    return id;
  }

  private ContainerId create(Connection connection, ContainerSpec spec) {
    try (CreateContainerCmd command = Creation.of(connection, spec)) {
      return new ContainerId(spec.name(), command.exec().getId());
    } catch (NotFoundException e) {
      throw new ImageNotFoundException(spec.image(), Reasons.of(e));
    } catch (ConflictException e) {
      return ours(spec)
          .orElseThrow(() ->
              new EngineException(
                  "there is a container named " + spec.name() + " which is not ours", e));
    } catch (DockerException e) {
      throw refused("creating container " + spec.name(), e);
    }
  }

  private Optional<ContainerId> ours(ContainerSpec spec) {
    return inspect(spec.name())
        .filter(found ->
            Optional.ofNullable(found.getConfig().getLabels())
                .orElse(Map.of())
                .entrySet()
                .containsAll(spec.labels().entrySet()))
        .map(found -> new ContainerId(spec.name(), found.getId()));
  }

  @Override
  public Optional<ContainerId> find(String name) {
    return inspect(name).map(found -> new ContainerId(name, found.getId()));
  }

  @Override
  public Exit await(ContainerId id) throws InterruptedException {
    Integer code = null;
    while (code == null) {
      try {
        WaitContainerResultCallback wait =
            client().waitContainerCmd(id.id()).exec(new ExitCallback());
        wait.awaitCompletion();
        code = ((ExitCallback) wait).code();
      } catch (NotFoundException e) {
        throw new EngineException(
            "container %s is gone; how it ended is not known".formatted(id.name()), e);
      } catch (RuntimeException e) {
        code = codeIfEnded(id, e);
      }
    }
    boolean outOfMemory =
        code == KILLED
            && inspect(id.id())
                .map(found -> Boolean.TRUE.equals(found.getState().getOOMKilled()))
                .orElse(false);
    return new Exit(code, outOfMemory);
  }

  /** After a lost connection: the exit code when the container has ended, none while it runs. */
  private @Nullable Integer codeIfEnded(ContainerId id, RuntimeException lost) {
    ContainerState state =
        inspect(id.id())
            .orElseThrow(() -> new EngineException("container " + id.name() + " is gone", lost))
            .getState();
    if (Boolean.TRUE.equals(state.getRunning())) {
      return null;
    }
    Long code = state.getExitCodeLong();
    return code == null ? Integer.valueOf(-1) : Integer.valueOf(code.intValue());
  }

  @Override
  public void stop(ContainerId id, Duration grace) {
    try {
      client().stopContainerCmd(id.id()).withTimeout((int) grace.toSeconds()).exec();
    } catch (NotFoundException | NotModifiedException e) {
      return; // gone or ended: what was asked for
    } catch (DockerException e) {
      throw refused("stopping container " + id.name(), e);
    }
  }

  @Override
  public void remove(ContainerId id) {
    try {
      client().removeContainerCmd(id.id()).withForce(true).withRemoveVolumes(true).exec();
    } catch (NotFoundException e) {
      return; // gone: what was asked for
    } catch (DockerException e) {
      if (e.getHttpStatus() != 409) { // 409: somebody is removing it already
        throw refused("removing container " + id.name(), e);
      }
    }
  }

  @Override
  public void readLog(ContainerId id, LogSink sink) throws InterruptedException {
    try (LogLines lines =
        client()
            .logContainerCmd(id.id())
            .withStdOut(true)
            .withStdErr(true)
            .withTimestamps(true)
            .withFollowStream(true)
            .exec(new LogLines(sink))) {
      lines.awaitCompletion();
    } catch (NotFoundException e) {
      return; // removed meanwhile
    } catch (DockerException e) {
      throw refused("reading the log of " + id.name(), e);
    } catch (IOException e) {
      throw new EngineException("the log of " + id.name() + " could not be closed", e);
    }
  }

  @Override
  public InetSocketAddress address(ContainerId id, int port) {
    InspectContainerResponse found =
        inspect(id.id())
            .orElseThrow(() -> new EngineException("container " + id.name() + " is gone"));
    return Addresses.of(found, port, daemon.connection().sharesNetwork())
        .orElseThrow(() ->
            new EngineException(
                "container %s does not run, so port %d has no address".formatted(id.name(), port)));
  }

  @Override
  public Map<String, String> containersLabelled(String label) {
    Map<String, String> found = new HashMap<>();
    for (Container container :
        client().listContainersCmd().withShowAll(true).withLabelFilter(List.of(label)).exec()) {
      found.put(
          container.getNames()[0].substring(1), container.getLabels().getOrDefault(label, ""));
    }
    return found;
  }

  @Override
  public void createNetwork(String name, Map<String, String> labels) {
    if (networks(name).isEmpty()) {
      client().createNetworkCmd().withName(name).withDriver("bridge").withLabels(labels).exec();
    }
  }

  @Override
  public void removeNetwork(String name) {
    for (Network network : networks(name)) {
      try {
        client().removeNetworkCmd(network.getId()).exec();
      } catch (NotFoundException e) {
        return; // gone: what was asked for
      } catch (DockerException e) {
        throw refused("removing network " + name, e);
      }
    }
  }

  /** Docker's name filter matches parts of names, so each is compared. */
  private List<Network> networks(String name) {
    return client().listNetworksCmd().withNameFilter(name).exec().stream()
        .filter(network -> name.equals(network.getName()))
        .toList();
  }

  @Override
  public List<String> networksLabelled(String label) {
    return client().listNetworksCmd().withFilter("label", List.of(label)).exec().stream()
        .map(Network::getName)
        .toList();
  }

  @Override
  public void deleteFolder(Path folder) {
    Optional<IOException> failure = Deletion.delete(folder);
    if (failure.isEmpty()) {
      return;
    }
    // what a container left as root can only be deleted by root: in another container
    String image = usedImage.get();
    Path parent = folder.toAbsolutePath().getParent();
    if (image != null && parent != null) {
      Deletion.deleteAsRoot(this, image, parent, Objects.requireNonNull(folder.getFileName()));
      failure = Deletion.delete(folder);
    }
    failure.ifPresent(e -> {
      throw new EngineException("cannot delete " + e.getMessage(), e);
    });
  }

  @Override
  public void close() throws IOException {
    daemon.close();
  }

  private Optional<InspectContainerResponse> inspect(String nameOrId) {
    try {
      return Optional.of(client().inspectContainerCmd(nameOrId).exec());
    } catch (NotFoundException e) {
      return Optional.empty();
    } catch (DockerException e) {
      throw refused("looking at container " + nameOrId, e);
    }
  }

  private DockerClient client() {
    return daemon.client();
  }

  private static EngineException refused(String what, DockerException e) {
    return new EngineException(what + " failed: " + Reasons.of(e), e);
  }
}
