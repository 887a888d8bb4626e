package io.sagelocal.cli;

import io.sagelocal.Settings;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "start",
    description = "Answers SageMaker's API on 127.0.0.1 until ctrl-C; says Ready. when it does.",
    mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
  private final Console console;
  @Mixin private final SettingsFlags flags = new SettingsFlags();

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  StartCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings = flags.settings(console);
    new Foreground(console, output).run(settings);
    return ExitCode.OK;
  }
}
