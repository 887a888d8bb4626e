package io.sagelocal.cli;

import io.sagelocal.Settings;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "stop",
    description = "Stops the one that uses the data folder.",
    mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
  private final Console console;
  @Mixin private final SettingsFlags flags = new SettingsFlags();

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  StopCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings = flags.settings(console);
    Optional<RunningServer> running = RunningServer.read(settings.dataFolder());
    if (running.isEmpty()) {
      output.told(
          console.out(),
          Map.of("stopped", false),
          "No sagelocal runs with data folder " + settings.dataFolder());
    } else {
      running.get().stop();
      output.told(console.out(), Map.of("stopped", true), "Stopped.");
    }
    return ExitCode.OK;
  }
}
