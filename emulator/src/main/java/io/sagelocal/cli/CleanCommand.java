package io.sagelocal.cli;

import io.sagelocal.docker.DockerContainerEngine;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

@Command(
    name = "clean",
    description = "Removes the containers and networks that any sagelocal left.",
    mixinStandardHelpOptions = true)
final class CleanCommand implements Callable<Integer> {
  private static final String INSTANCE_LABEL = "io.sagelocal.instance";
  private final Console console;

  CleanCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DockerContainerEngine engine = new DockerContainerEngine(console.environment())) {
      Set<String> removed = new TreeSet<>();
      for (String container : engine.containersLabelled(INSTANCE_LABEL).keySet()) {
        remove(engine, container);
        removed.add(container);
      }
      for (String network : engine.networksLabelled(INSTANCE_LABEL).keySet()) {
        engine.removeNetwork(network);
        removed.add(network);
      }
      removed.forEach(name -> console.out().println("removed " + name));
      console
          .out()
          .println(removed.isEmpty() ? "Nothing to remove." : removed.size() + " removed.");
    }
    return ExitCode.OK;
  }

  private static void remove(ContainerEngine engine, String container) {
    Optional<ContainerId> found = engine.find(container);
    found.ifPresent(engine::remove);
  }
}
