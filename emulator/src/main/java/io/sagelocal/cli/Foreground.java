package io.sagelocal.cli;

import io.sagelocal.Server;
import io.sagelocal.Settings;
import io.sagelocal.SystemTimeline;
import io.sagelocal.docker.DockerContainerEngine;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The emulator in this process, until a signal ends it. */
final class Foreground {
  private final Console console;
  private final OutputFormat output;

  Foreground(Console console, OutputFormat output) {
    this.console = console;
    this.output = output;
  }

  /** Runs it; returns only by an exception, when it cannot be started. */
  void run(Settings settings) throws IOException, InterruptedException {
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
