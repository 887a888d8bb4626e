package io.sagelocal.cli;

import io.sagelocal.Settings;
import io.sagelocal.docker.DockerContainerEngine;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.MachineSize;
import io.sagelocal.images.StandIn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = {
      "Looks at what the emulator needs of this machine: what is wrong, and what mends it.",
      "Exit code 1 when something is wrong that jobs cannot do without."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private static final List<String> COLUMNS = List.of("Check", "Result", "Found", "Remedy");
  private static final long GIB = 1L << 30;
  private static final long LITTLE_DISK = 10 * GIB;
  private static final long LITTLE_MEMORY = 2 * GIB;
  private static final int BEST_JAVA = 25;

  private final Console console;
  @Mixin private final SettingsFlags flags = new SettingsFlags();

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  DoctorCommand(Console console) {
    this.console = console;
  }

  /** What a look at one thing found. */
  private record Finding(String check, Result result, String found, String remedy) {
    static Finding ok(String check, String found) {
      return new Finding(check, Result.OK, found, "");
    }

    List<String> row() {
      return List.of(check, result.word, found, remedy);
    }
  }

  private enum Result {
    OK("ok"),
    NOTE("note"),
    WRONG("wrong");

    private final String word;

    Result(String word) {
      this.word = word;
    }
  }

  @Override
  public Integer call() throws IOException {
    Settings settings = flags.settings(console);
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(disk(settings.dataFolder()));
    findings.add(port(settings));
    try (DockerContainerEngine engine = new DockerContainerEngine(console.environment())) {
      findings.addAll(docker(engine));
    }
    output.rows(console.out(), COLUMNS, findings.stream().map(Finding::row).toList());
    boolean wrong = findings.stream().anyMatch(finding -> finding.result() == Result.WRONG);
    return wrong ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private static Finding java() {
    int version = Runtime.version().feature();
    return version >= BEST_JAVA
        ? Finding.ok("Java", String.valueOf(version))
        : new Finding(
            "Java",
            Result.NOTE,
            String.valueOf(version),
            "it starts quicker on JDK 25 (https://adoptium.net)");
  }

  private static Finding disk(Path folder) throws IOException {
    Path there = folder;
    while (!Files.exists(there)) {
      there = Optional.ofNullable(there.getParent()).orElse(Path.of("/"));
    }
    if (!Files.isWritable(there)) {
      return new Finding(
          "Data folder",
          Result.WRONG,
          there + " cannot be written",
          "choose another with --data-dir, or: sudo chown -R $USER " + there);
    }
    long free = Files.getFileStore(there).getUsableSpace();
    String found = "%d GiB free at %s".formatted(free / GIB, there);
    return free >= LITTLE_DISK
        ? Finding.ok("Data folder", found)
        : new Finding(
            "Data folder",
            Result.NOTE,
            found,
            "channels and models are kept there; make room (docker system prune), or --data-dir");
  }

  private static Finding port(Settings settings) throws IOException {
    Optional<RunningServer> running = RunningServer.read(settings.dataFolder());
    if (running.isPresent()) {
      return Finding.ok("Port", "sagelocal answers at " + running.get().endpoint());
    }
    try (ServerSocket socket =
        new ServerSocket(settings.port(), 1, InetAddress.getLoopbackAddress())) {
      return Finding.ok("Port", socket.getLocalPort() + " is free");
    } catch (IOException e) {
      return new Finding(
          "Port",
          Result.WRONG,
          "%d is taken by another program".formatted(settings.port()),
          "find it with: ss -ltnp 'sport = :%d'; or start with --port 0"
              .formatted(settings.port()));
    }
  }

  private static List<Finding> docker(DockerContainerEngine engine) {
    try {
      engine.connect();
    } catch (EngineException e) {
      return List.of(
          new Finding(
              "Docker",
              Result.WRONG,
              String.valueOf(e.getMessage()),
              "start it: sudo systemctl start docker, or Docker Desktop; may you use it: docker info"));
    }
    List<Finding> findings = new ArrayList<>();
    MachineSize machine = engine.machine();
    String size =
        "answers; %d processors, %d GiB".formatted(machine.cpus(), machine.memoryBytes() / GIB);
    findings.add(
        machine.memoryBytes() >= LITTLE_MEMORY
            ? Finding.ok("Docker", size)
            : new Finding("Docker", Result.NOTE, size, "give Docker more memory"));
    List<String> gpus = engine.gpus();
    findings.add(
        gpus.isEmpty()
            ? new Finding(
                "GPU",
                Result.NOTE,
                "none that Docker can give",
                "where this machine has one: install nvidia-container-toolkit, then"
                    + " sudo nvidia-ctk runtime configure --runtime=docker")
            : Finding.ok("GPU", String.join(", ", gpus)));
    findings.add(images(engine));
    return findings;
  }

  private static Finding images(DockerContainerEngine engine) {
    List<String> built =
        StandIn.TABLE.stream()
            .map(standIn -> standIn.image("cpu"))
            .distinct()
            .filter(engine::hasImage)
            .toList();
    return built.isEmpty()
        ? new Finding(
            "Images",
            Result.NOTE,
            "no MXNet image is built",
            "for the official names: scripts/sagelocal images build 1.2.1")
        : Finding.ok("Images", String.join(", ", built));
  }
}
