package io.sagelocal.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A Docker daemon of a test's own beside the machine's: it may be stopped, killed and restarted,
 * and has the runtimes a test wants. Its containerd, sockets, data, bridge, addresses and cgroups
 * are its own, and it makes no firewall rule; so nothing of the machine's daemon is touched, but
 * its containers reach this machine only, not each other. {@link #close} leaves nothing, whatever
 * became of the test.
 */
public final class TestDocker implements AutoCloseable {
  /** The light image it has, which {@code containers/build} makes. */
  public static final String IMAGE = "sagelocal/debian:bullseye-slim";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int FIRST_SUBNET = 200;
  private static final int SUBNETS = 50;

  private static final String PREFIX = "sagelocal-docker-";

  private final Path root;
  private final String bridge;
  private final String cgroup;
  private final int subnet;
  private final Optional<FakeGpus> gpus;
  private Optional<Process> containerd = Optional.empty();
  private Optional<Process> dockerd = Optional.empty();

  /** Whether there may be containers or networks that only a daemon can name. */
  private boolean used;

  private TestDocker(Path root, int subnet, Optional<FakeGpus> gpus) {
    this.root = root;
    String id = root.toString().replaceAll(".*" + PREFIX, "");
    this.bridge = "slt" + id.substring(0, Math.min(10, id.length()));
    this.cgroup = "sagelocal-test-" + id;
    this.subnet = subnet;
    this.gpus = gpus;
  }

  /** Starts one without GPUs; skips the test where that cannot be. */
  public static TestDocker open() throws IOException, InterruptedException {
    return open(Optional.empty());
  }

  /** Starts one with such GPUs; skips the test where that cannot be. */
  public static TestDocker open(FakeGpus gpus) throws IOException, InterruptedException {
    return open(Optional.of(gpus));
  }

  private static TestDocker open(Optional<FakeGpus> gpus) throws IOException, InterruptedException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can start a dockerd");
    for (String program : List.of("dockerd", "containerd", "runc", "docker", "ip")) {
      assumeTrue(
          onPath(program), "there is no " + program + " on the PATH to start a dockerd with");
    }
    assumeTrue(
        succeeds(List.of("docker", "image", "inspect", IMAGE)),
        "image " + IMAGE + " is not there: run containers/build");
    Path root = Files.createTempDirectory(PREFIX);
    TestDocker docker = new TestDocker(root, freeSubnet(), gpus);
    try {
      docker.prepare();
      docker.start();
      docker.loadImage();
      return docker;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      docker.close();
      throw e;
    }
  }

  /** The environment in which a client, {@link DockerContainerEngine} too, finds this daemon. */
  public Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.remove("DOCKER_CONTEXT");
    environment.put("DOCKER_HOST", host());
    return Map.copyOf(environment);
  }

  /** Where it keeps everything. */
  public Path folder() {
    return root;
  }

  /** Its address. */
  public String host() {
    return "unix://" + root.resolve("docker.sock");
  }

  /** Starts the daemon, if it does not run, and waits until it answers. */
  public void start() throws IOException, InterruptedException {
    if (dockerd.map(Process::isAlive).orElse(false)) {
      return;
    }
    Files.deleteIfExists(root.resolve("docker.pid")); // one that was killed leaves it
    Path log = root.resolve("dockerd.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            "dockerd",
            "--config-file=" + root.resolve("daemon.json"),
            "--host=" + host(),
            "--data-root=" + root.resolve("data"),
            "--exec-root=" + root.resolve("exec"),
            "--pidfile=" + root.resolve("docker.pid"),
            "--containerd=" + root.resolve("containerd.sock"),
            // no --default-address-pool: with one, a second start removes the machine's docker0
            "--bridge=" + bridge,
            "--cgroup-parent=/" + cgroup,
            "--iptables=false",
            "--ip6tables=false",
            "--ip-masq=false",
            "--shutdown-timeout=2");
    gpus.flatMap(FakeGpus::daemonPath).ifPresent(path -> builder.environment().put("PATH", path));
    dockerd = Optional.of(inBackground(builder, log));
    used = true;
    await(() -> succeeds(docker("info")), "dockerd does not answer", log);
  }

  /** Stops the daemon, which ends its containers. */
  public void stop() throws InterruptedException {
    end(dockerd, false);
    dockerd = Optional.empty();
  }

  /** Kills the daemon; its containers run on until the next start. */
  public void kill() throws InterruptedException {
    end(dockerd, true);
    dockerd = Optional.empty();
  }

  /** Stops the daemon and starts it again. */
  public void restart() throws IOException, InterruptedException {
    stop();
    start();
  }

  /** Runs a docker command on this daemon and answers what it wrote. */
  public String run(String... arguments) throws IOException, InterruptedException {
    return output(docker(arguments));
  }

  /** Makes an image that runs this perl program, whatever it is told. */
  public void image(String name, String program) throws IOException, InterruptedException {
    String id = run("create", IMAGE, "true").strip();
    String entrypoint =
        new ObjectMapper().writeValueAsString(List.of("/usr/bin/perl", "-e", program));
    run("commit", "--change", "ENTRYPOINT " + entrypoint, id, name);
    run("rm", id);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    List<String> problems = new ArrayList<>();
    if (used) {
      attempt(problems, this::removeContainersAndNetworks);
    }
    attempt(problems, this::stop);
    attempt(problems, this::killWhatRuns);
    attempt(problems, () -> end(containerd, false));
    attempt(problems, this::unmount);
    attempt(problems, this::removeBridge);
    attempt(problems, this::removeCgroups);
    attempt(problems, () -> output(List.of("rm", "-rf", "--one-file-system", root.toString())));
    if (!problems.isEmpty()) {
      throw new IOException("a test's dockerd left something: " + String.join("; ", problems));
    }
  }

  private void prepare() throws IOException, InterruptedException {
    if (gpus.isPresent()) {
      gpus.get().install(Files.createDirectory(root.resolve("gpus")));
    }
    Files.writeString(
        root.resolve("daemon.json"), gpus.map(FakeGpus::daemonSettings).orElse("{}\n"));
    output(List.of("ip", "link", "add", bridge, "type", "bridge"));
    output(List.of("ip", "addr", "add", "10.%d.0.1/24".formatted(subnet), "dev", bridge));
    output(List.of("ip", "link", "set", bridge, "up"));
    Path config = root.resolve("containerd.toml");
    Files.writeString(
        config,
        """
        version = 2
        root = "%1$s/containerd"
        state = "%1$s/containerd-state"
        disabled_plugins = ["io.containerd.grpc.v1.cri"]
        [grpc]
        address = "%1$s/containerd.sock"
        """
            .formatted(root));
    Path log = root.resolve("containerd.log");
    containerd =
        Optional.of(inBackground(new ProcessBuilder("containerd", "--config", "" + config), log));
    await(() -> Files.exists(root.resolve("containerd.sock")), "containerd does not start", log);
  }

  private void loadImage() throws IOException, InterruptedException {
    List<Process> pipeline =
        ProcessBuilder.startPipeline(
            List.of(
                new ProcessBuilder("docker", "save", IMAGE),
                new ProcessBuilder(docker("load", "--quiet")).redirectErrorStream(true)));
    String answer =
        new String(pipeline.getLast().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (pipeline.getLast().waitFor() != 0) {
      throw new IOException("image %s cannot be loaded: %s".formatted(IMAGE, answer));
    }
  }

  private void removeContainersAndNetworks() throws IOException, InterruptedException {
    start();
    for (String container : run("ps", "--all", "--quiet").lines().toList()) {
      run("rm", "--force", "--volumes", container);
    }
    run("network", "prune", "--force");
  }

  /** Containers of a daemon that could not be asked, and their shims. */
  private void killWhatRuns() throws IOException, InterruptedException {
    String socket = root.resolve("containerd.sock").toString();
    for (Path cgroups : cgroups()) {
      try (Stream<Path> folders = Files.walk(cgroups)) {
        for (Path folder : folders.filter(Files::isDirectory).toList()) {
          for (String pid : Files.readAllLines(folder.resolve("cgroup.procs"))) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
          }
        }
      }
    }
    BooleanSupplier shimsGone =
        () ->
            ProcessHandle.allProcesses()
                .filter(process -> shimOf(socket, process))
                .peek(ProcessHandle::destroyForcibly)
                .findAny()
                .isEmpty();
    await(shimsGone, "a containerd-shim does not end", root.resolve("containerd.log"));
  }

  private static boolean shimOf(String socket, ProcessHandle process) {
    Path commandLine = Path.of("/proc/%d/cmdline".formatted(process.pid()));
    try {
      String words = Files.readString(commandLine, StandardCharsets.ISO_8859_1);
      return words.contains("containerd-shim") && words.contains(socket);
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  private void unmount() throws IOException, InterruptedException {
    List<String> mounts =
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
            .map(line -> List.of(line.split(" ", -1)).get(4))
            .filter(folder -> folder.startsWith(root + "/"))
            .toList();
    for (String folder : mounts.reversed()) {
      output(List.of("umount", "--lazy", folder));
    }
  }

  private void removeBridge() throws IOException, InterruptedException {
    if (NetworkInterface.getByName(bridge) != null) {
      output(List.of("ip", "link", "delete", bridge));
    }
  }

  private void removeCgroups() throws IOException, InterruptedException {
    for (Path top : cgroups()) {
      try (Stream<Path> folders = Files.walk(top)) {
        for (Path folder : folders.filter(Files::isDirectory).toList().reversed()) {
          await(() -> folder.toFile().delete(), folder + " is busy", root.resolve("dockerd.log"));
        }
      }
    }
  }

  /** Ours in every hierarchy: version 1 has several. */
  private List<Path> cgroups() throws IOException {
    try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
      return Stream.concat(Stream.of(Path.of("/sys/fs/cgroup")), hierarchies)
          .map(hierarchy -> hierarchy.resolve(cgroup))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  private List<String> docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker", "--host", host()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static void end(Optional<Process> process, boolean atOnce) throws InterruptedException {
    if (process.isEmpty()) {
      return;
    }
    if (atOnce) {
      process.get().destroyForcibly();
    } else {
      process.get().destroy();
    }
    if (!process.get().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.get().destroyForcibly().waitFor();
    }
  }

  private static Process inBackground(ProcessBuilder builder, Path log) throws IOException {
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("%s failed: %s".formatted(String.join(" ", command), output));
    }
    return output;
  }

  private static boolean succeeds(List<String> command) {
    try {
      output(command);
      return true;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void await(BooleanSupplier done, String otherwise, Path log)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        String words = Files.exists(log) ? Files.readString(log) : "";
        throw new IOException(otherwise + "; its log: " + words);
      }
      Thread.sleep(50);
    }
  }

  private static int freeSubnet() throws IOException {
    int first = (int) (ProcessHandle.current().pid() % SUBNETS);
    for (int i = 0; i < SUBNETS; i++) {
      int number = FIRST_SUBNET + (first + i) % SUBNETS;
      if (NetworkInterface.networkInterfaces().noneMatch(link -> usesSubnet(link, number))) {
        return number;
      }
    }
    throw new IOException("10.200.0.0 to 10.249.0.0 are all taken");
  }

  private static boolean usesSubnet(NetworkInterface link, int number) {
    return link.inetAddresses()
        .anyMatch(address -> address.getHostAddress().startsWith("10.%d.".formatted(number)));
  }

  static boolean onPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Something that tidies up. */
  private interface Action {
    void run() throws IOException, InterruptedException;
  }

  private static void attempt(List<String> problems, Action step) {
    try {
      step.run();
    } catch (IOException | UncheckedIOException e) {
      problems.add(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problems.add("interrupted");
    }
  }

  /** Writes a script that may be executed. */
  static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
