package io.sagelocal.cli;

import io.sagelocal.docker.DockerContainerEngine;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
    name = "clean",
    description = "Removes the containers, networks and volumes that any sagelocal left.",
    mixinStandardHelpOptions = true)
final class CleanCommand implements Callable<Integer> {
  private static final String INSTANCE_LABEL = "io.sagelocal.instance";
  private final Console console;

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  CleanCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (DockerContainerEngine engine = new DockerContainerEngine(console.environment())) {
      Set<String> containers = new TreeSet<>(engine.containersLabelled(INSTANCE_LABEL).keySet());
      Set<String> networks = new TreeSet<>(engine.networksLabelled(INSTANCE_LABEL).keySet());
      try (Progress progress = new Progress(console, containers.size() + networks.size())) {
        for (String container : containers) {
          engine.find(container).ifPresent(engine::remove);
          progress.step("removed " + container);
        }
        for (String network : networks) {
          engine.removeNetwork(network);
          progress.step("removed " + network);
        }
      }
      // those of the containers went with them
      Set<String> volumes = new TreeSet<>(engine.volumesLabelled(INSTANCE_LABEL).keySet());
      volumes.forEach(engine::removeVolume);
      int total = containers.size() + networks.size() + volumes.size();
      output.told(
          console.out(),
          Map.of("containers", containers, "networks", networks, "volumes", volumes),
          total == 0 ? "Nothing to remove." : total + " removed.");
    }
    return ExitCode.OK;
  }
}
