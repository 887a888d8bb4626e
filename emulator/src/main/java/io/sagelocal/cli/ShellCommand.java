package io.sagelocal.cli;

import com.google.errorprone.annotations.Keep;
import io.sagelocal.docker.ContainerShell;
import io.sagelocal.docker.DockerContainerEngine;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "shell",
    description =
        "Opens a shell in a container of a TrainingJob: one that runs, or a copy of one that failed"
            + " and was kept (start --keep failed).",
    mixinStandardHelpOptions = true)
final class ShellCommand implements Callable<Integer> {
  private final Console console;
  @Mixin private final SettingsFlags flags = new SettingsFlags();

  @Keep // set by picocli
  @Parameters(paramLabel = "JOB", description = "TrainingJobName")
  private String job = "";

  @Keep
  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "algo-1",
      description = "algo-1; which of its hosts")
  private String host = "algo-1";

  ShellCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (DockerContainerEngine engine = new DockerContainerEngine(console.environment())) {
      List<String> names = JobContainers.of(engine, flags.settings(console).dataFolder(), job);
      String name =
          names.stream()
              .filter(one -> one.endsWith("-" + job + "-" + host))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "--host %s is no host of training job %s; its containers are %s"
                          .formatted(host, job, names)));
      try (ContainerShell shell = engine.shell(name, talksToAPerson())) {
        return new ProcessBuilder(shell.command()).inheritIO().start().waitFor();
      }
    }
  }

  /** Java 21 does not tell a terminal from a pipe. */
  private static boolean talksToAPerson() throws IOException, InterruptedException {
    return new ProcessBuilder("test", "-t", "0").inheritIO().start().waitFor() == 0;
  }
}
