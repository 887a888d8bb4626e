package io.sagelocal.cli;

import com.google.errorprone.annotations.Keep;
import io.sagelocal.docker.DockerContainerEngine;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "rerun",
    description =
        "Prints the docker commands that run the containers of a TrainingJob once more: one that"
            + " runs, or that failed and was kept (start --keep failed).",
    mixinStandardHelpOptions = true)
final class RerunCommand implements Callable<Integer> {
  private final Console console;
  @Mixin private final SettingsFlags flags = new SettingsFlags();

  @Keep // set by picocli
  @Parameters(paramLabel = "JOB", description = "TrainingJobName")
  private String job = "";

  RerunCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (DockerContainerEngine engine = new DockerContainerEngine(console.environment())) {
      engine
          .rerun(JobContainers.of(engine, flags.settings(console).dataFolder(), job))
          .forEach(console.out()::println);
    }
    return ExitCode.OK;
  }
}
