package io.sagelocal;

import io.sagelocal.account.ClientSettings;
import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.docker.DockerContainerEngine;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;

/** The command line. */
public final class Main {
  private static final Set<String> FLAGS = Set.of("port", "data-dir", "hold");
  private static final String INSTANCE_LABEL = "io.sagelocal.instance";
  private static final String HELP =
      """
      usage: sagelocal start|stop|env|clean [--port N] [--data-dir DIR] [--hold SECONDS]

        start   answers SageMaker's API on 127.0.0.1 until ctrl-C; says Ready. when it does
        stop    stops the one that uses the data folder
        env     prints the lines that point AWS clients at it: eval "$(sagelocal env)"
        clean   removes the containers and networks that any sagelocal left

        --port N         4566; 0 for any free one            (SAGELOCAL_PORT)
        --data-dir DIR   ~/.sagelocal; everything it keeps   (SAGELOCAL_DATA_DIR)
        --hold SECONDS   25; how long a Describe may wait for a change, 0 to 25 (SAGELOCAL_HOLD)
      """;

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;

  private Main(PrintStream out, PrintStream err, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  public static void main(String[] args) {
    Main main = new Main(System.out, System.err, System.getenv());
    System.exit(main.run(args));
  }

  private int run(String[] args) {
    try {
      if (args.length == 0 || Set.of(args).contains("--help")) {
        out.print(HELP);
        return args.length == 0 ? 2 : 0;
      }
      Settings settings = Settings.from(flags(args), environment);
      return switch (args[0]) {
        case "start" -> start(settings);
        case "stop" -> stop(settings);
        case "env" -> env(settings);
        case "clean" -> clean();
        default ->
            throw new IllegalArgumentException("unknown command: " + args[0] + "; see --help");
      };
    } catch (IllegalArgumentException | IllegalStateException | IOException | EngineException e) {
      err.println("sagelocal: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static Map<String, String> flags(String[] args) {
    Map<String, String> flags = new HashMap<>();
    for (int i = 1; i < args.length; i++) {
      String[] parts = args[i].split("=", 2);
      String name = parts[0].startsWith("--") ? parts[0].substring(2) : "";
      if (!FLAGS.contains(name)) {
        throw new IllegalArgumentException("unknown option: " + args[i] + "; see --help");
      }
      if (parts.length == 2) {
        flags.put(name, parts[1]);
      } else if (i + 1 < args.length) {
        flags.put(name, args[++i]);
      } else {
        throw new IllegalArgumentException("option " + args[i] + " wants a value");
      }
    }
    return flags;
  }

  private int start(Settings settings) throws IOException, InterruptedException {
    SystemTimeline timeline = new SystemTimeline();
    DockerContainerEngine engine = new DockerContainerEngine(environment);
    Server server = Server.start(settings, engine, timeline);
    RunningServer running = RunningServer.write(settings.dataFolder(), server.endpoint());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> shutDown(running, server, engine, timeline), "shut-down"));
    out.println("Data in " + settings.dataFolder());
    out.println("Listening on " + server.endpoint());
    out.println("Ready.");
    new CountDownLatch(1).await(); // until a signal runs the hook
    return 0;
  }

  private void shutDown(
      RunningServer running, Server server, DockerContainerEngine engine, SystemTimeline timeline) {
    int jobs = server.runningJobs();
    server.close();
    timeline.close();
    engine.close();
    running.delete();
    if (jobs > 0) {
      out.printf("%d training job(s) run on; the next start takes them up%n", jobs);
    }
    out.println("Stopped.");
  }

  private int stop(Settings settings) throws IOException, InterruptedException {
    Optional<RunningServer> running = RunningServer.read(settings.dataFolder());
    if (running.isEmpty()) {
      out.println("No sagelocal runs with data folder " + settings.dataFolder());
      return 0;
    }
    running.get().stop();
    out.println("Stopped.");
    return 0;
  }

  private int env(Settings settings) throws IOException {
    URI endpoint =
        RunningServer.read(settings.dataFolder())
            .map(RunningServer::endpoint)
            .orElse(URI.create("http://127.0.0.1:" + settings.port()));
    Path folder = settings.dataFolder().resolve("aws");
    ClientSettings client = new ClientSettings(endpoint);
    client.writeTo(folder);
    Map<String, String> variables = new LinkedHashMap<>(client.redirection(folder.toString()));
    variables.putAll(missingIdentity());
    variables.forEach(
        (name, value) -> out.printf("export %s='%s'%n", name, value.replace("'", "'\\''")));
    return 0;
  }

  /** What the shell has already stays as it is. */
  private Map<String, String> missingIdentity() {
    Map<String, String> missing = new LinkedHashMap<>();
    ClientSettings.identity(AccountId.DEFAULT.digits(), Region.DEFAULT)
        .forEach((name, value) -> {
          if (!environment.containsKey(name)) {
            missing.put(name, value);
          }
        });
    if (environment.containsKey("AWS_REGION") || environment.containsKey("AWS_DEFAULT_REGION")) {
      missing.remove("AWS_REGION");
      missing.remove("AWS_DEFAULT_REGION");
    }
    return missing;
  }

  private int clean() {
    try (DockerContainerEngine engine = new DockerContainerEngine(environment)) {
      Set<String> removed = new TreeSet<>();
      for (String container : engine.containersLabelled(INSTANCE_LABEL).keySet()) {
        remove(engine, container);
        removed.add(container);
      }
      for (String network : engine.networksLabelled(INSTANCE_LABEL)) {
        engine.removeNetwork(network);
        removed.add(network);
      }
      removed.forEach(name -> out.println("removed " + name));
      out.println(removed.isEmpty() ? "Nothing to remove." : removed.size() + " removed.");
    }
    return 0;
  }

  private static void remove(ContainerEngine engine, String container) {
    Optional<ContainerId> found = engine.find(container);
    found.ifPresent(engine::remove);
  }
}
