package io.sagelocal.cli;

import io.sagelocal.Settings;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

@Command(
    name = "stop",
    description = "Stops the one that uses the data folder.",
    mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
  private final Console console;
  @Mixin private final SettingsFlags flags = new SettingsFlags();

  StopCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings = flags.settings(console);
    Optional<RunningServer> running = RunningServer.read(settings.dataFolder());
    if (running.isEmpty()) {
      console.out().println("No sagelocal runs with data folder " + settings.dataFolder());
    } else {
      running.get().stop();
      console.out().println("Stopped.");
    }
    return ExitCode.OK;
  }
}
