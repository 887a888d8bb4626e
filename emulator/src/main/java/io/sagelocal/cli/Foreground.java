package io.sagelocal.cli;

import io.sagelocal.InitPrograms;
import io.sagelocal.Server;
import io.sagelocal.Settings;
import io.sagelocal.SystemTimeline;
import io.sagelocal.account.ClientSettings;
import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.docker.DockerContainerEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

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
    if (settings.store().init().isPresent()) {
      InitPrograms.run(
          settings.store().init().get().programs(),
          clientEnvironment(server, settings.dataFolder().resolve("aws")));
    }
    output.told(
        console.out(),
        Map.of(
            "status",
            "Ready",
            "endpoint",
            server.endpoint().toString(),
            "dataFolder",
            settings.dataFolder().toString(),
            "notes",
            server.notes()),
        """
        Data in %s
        Listening on %s
        %sReady.\
        """
            .formatted(
                settings.dataFolder(),
                server.endpoint(),
                server.notes().stream().map(line -> line + "\n").collect(Collectors.joining())));
    new CountDownLatch(1).await(); // until a signal runs the hook
  }

  private static Map<String, String> clientEnvironment(Server server, Path folder)
      throws IOException {
    ClientSettings client = new ClientSettings(server.endpoint());
    client.writeTo(folder);
    Map<String, String> variables = new HashMap<>(client.redirection(folder.toString()));
    variables.putAll(ClientSettings.identity(AccountId.DEFAULT.digits(), Region.DEFAULT));
    return variables;
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
