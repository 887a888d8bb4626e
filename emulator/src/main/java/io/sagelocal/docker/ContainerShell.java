package io.sagelocal.docker;

import java.util.List;

/**
 * A shell inside a container that runs, or in a copy of one that has ended. To be closed when the
 * command has ended.
 *
 * @param command words of a {@code docker} command line
 */
public record ContainerShell(List<String> command, Runnable tidyUp) implements AutoCloseable {
  public ContainerShell {
    command = List.copyOf(command);
  }

  @Override
  public void close() {
    tidyUp.run();
  }
}
