package io.sagelocal.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.api.model.WaitResponse;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.Exit;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Waits for a container's end; a daemon that goes away meanwhile is asked again later. */
final class Ending {
  private static final int UNKNOWN = -1;
  private static final int KILLED = 137;
  private static final int TERMINATED = 143;

  private final Daemon daemon;
  private final Containers containers;
  private final ContainerId id;

  Ending(Daemon daemon, Containers containers, ContainerId id) {
    this.daemon = daemon;
    this.containers = containers;
    this.id = id;
  }

  /**
   * Waits.
   *
   * @throws EngineUnavailableException when it was the daemon's end that ended the container
   */
  Exit await() throws InterruptedException {
    boolean daemonWasAway = false;
    while (true) {
      int code = codeAtEnd();
      if (code == 0) {
        return new Exit(0, false);
      }
      daemonWasAway |= code == UNKNOWN || (isSignal(code) && !daemon.isOpen());
      Optional<ContainerState> ended = Patience.withDaemon(this::look);
      if (ended.isPresent()) {
        Exit exit = exit(ended.get());
        if (isSignal(exit.code())
            && !exit.outOfMemory()
            && (daemonWasAway || endedBeforeDaemonStarted(ended.get()))) {
          throw new EngineUnavailableException(
              "Docker was stopped, and container %s with it".formatted(id.name()));
        }
        return exit;
      }
      Patience.pause(); // it runs: only the wait has ended
    }
  }

  /** How a daemon that goes ends its containers. */
  private static boolean isSignal(int code) {
    return code == KILLED || code == TERMINATED;
  }

  /** What the wait answered; unknown when it broke off. */
  private int codeAtEnd() throws InterruptedException {
    AtomicInteger code = new AtomicInteger(UNKNOWN);
    try {
      daemon.stream(
          client -> client.waitContainerCmd(id.id()),
          new Answer<WaitResponse>() {
            @Override
            void take(WaitResponse response) {
              code.set(response.getStatusCode());
            }
          });
      return code.get();
    } catch (EngineUnavailableException e) {
      return UNKNOWN;
    } catch (NotFoundException e) {
      throw gone(e);
    } catch (DockerException e) {
      throw Reasons.refused("waiting for container " + id.name(), e);
    }
  }

  /** How it ended, or nothing while it runs. */
  private Optional<ContainerState> look() {
    InspectContainerResponse found =
        containers.inspect(id.id()).orElseThrow(() -> gone(new NotFoundException(id.id())));
    ContainerState state = found.getState();
    if (Boolean.TRUE.equals(state.getRunning())) {
      return Optional.empty();
    }
    if (Containers.neverStarted(state)) {
      throw new EngineException("container %s was never started".formatted(id.name()));
    }
    return Optional.of(state);
  }

  private static Exit exit(ContainerState state) {
    Long code = state.getExitCodeLong();
    return new Exit(
        code == null ? UNKNOWN : code.intValue(), Boolean.TRUE.equals(state.getOOMKilled()));
  }

  /** Tells of an end that nobody waited for; a daemon makes its bridge anew whenever it starts. */
  private boolean endedBeforeDaemonStarted(ContainerState state) {
    try {
      Network bridge =
          daemon.ask(client -> client.inspectNetworkCmd().withNetworkId("bridge").exec());
      return state.getFinishedAt() != null
          && Instant.parse(state.getFinishedAt()).isBefore(bridge.getCreated().toInstant());
    } catch (NotFoundException e) {
      return false; // a daemon without a bridge does not tell
    }
  }

  private EngineException gone(NotFoundException e) {
    return new EngineException(
        "container %s is gone; how it ended is not known".formatted(id.name()), e);
  }
}
