package io.sagelocal.cli;

import io.sagelocal.Server;
import io.sagelocal.Settings;
import io.sagelocal.SystemTimeline;
import io.sagelocal.docker.DockerContainerEngine;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
    SystemTimeline timeline = new SystemTimeline();
    DockerContainerEngine engine = new DockerContainerEngine(console.environment());
    Server server = Server.start(settings, engine, timeline);
    RunningServer running = RunningServer.write(settings.dataFolder(), server.endpoint());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> shutDown(running, server, engine, timeline), "shut-down"));
    output.told(
        console.out(),
        Map.of(
            "status",
            "Ready",
            "endpoint",
            server.endpoint().toString(),
            "dataFolder",
            settings.dataFolder().toString()),
        """
        Data in %s
        Listening on %s
        Ready.\
        """
            .formatted(settings.dataFolder(), server.endpoint()));
    new CountDownLatch(1).await(); // until a signal runs the hook
    return ExitCode.OK;
  }

  private void shutDown(
      RunningServer running, Server server, DockerContainerEngine engine, SystemTimeline timeline) {
    int jobs = server.runningJobs();
    server.close();
    timeline.close();
    engine.close();
    running.delete();
    if (output == OutputFormat.JSON) {
      return;
    }
    if (jobs > 0) {
      console.out().printf("%d job(s) are not over; the next start takes them up%n", jobs);
    }
    console.out().println("Stopped.");
  }
}
