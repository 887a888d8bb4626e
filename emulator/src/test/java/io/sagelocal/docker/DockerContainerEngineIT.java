package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.command.CreateContainerCmd;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerEngineContract;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.Folder;
import io.sagelocal.engine.HostAccess;
import io.sagelocal.engine.ImageNotFoundException;
import io.sagelocal.engine.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract on a real Docker daemon, with the Debian image that {@code containers/build} makes.
 */
class DockerContainerEngineIT implements ContainerEngineContract {
  private static final String BASE = "sagelocal/debian:bullseye-slim";
  private static final String SCRIPTS =
      """
      case $1 in
        COUNT) echo one; echo two; echo three ;;
        SEVEN) exit 7 ;;
        COPY) cp /data/in /data/out ;;
        CHANGE) printf ' more' >>/data/in && rm -r /data/deep ;;
        POLITE) trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done ;;
        STUBBORN) trap '' TERM; echo ready; while :; do sleep 0.1; done ;;
        UMLAUTS) printf x; head -c 5000 /dev/zero | sed 's/\\x00/\\xc3\\xbc/g'; echo ;;
        WHO) echo "$GREETING"; hostname ;;
        LONG_LINE) head -c 200000 /dev/zero | tr '\\0' x; echo; echo end ;;
      esac
      """;
  private static final DockerContainerEngine ENGINE = new DockerContainerEngine(System.getenv());

  @BeforeAll
  static void needsDocker() {
    assumeTrue(ENGINE.hasImage(BASE), "image " + BASE + " is not there: run containers/build");
  }

  @AfterAll
  static void nothingIsLeft() {
    assertThat(ENGINE.containersLabelled(LABEL)).doesNotContainValue(INSTANCE);
    assertThat(ENGINE.networksLabelled(LABEL)).doesNotContainValue(INSTANCE);
    assertThat(ENGINE.volumesLabelled(LABEL)).doesNotContainValue(INSTANCE);
    ENGINE.close();
  }

  @Override
  public ContainerEngine engine() {
    return ENGINE;
  }

  @Override
  public String image() {
    return BASE;
  }

  @Override
  public Optional<List<String>> entrypoint() {
    return Optional.of(List.of("/bin/sh", "-c", SCRIPTS, "sh"));
  }

  @Test
  void aPullThatFailsSaysWhy() {
    assertThatThrownBy(() -> ENGINE.pull("localhost:1/there-is-none:1"))
        .isInstanceOf(ImageNotFoundException.class)
        .hasMessageContaining("localhost:1/there-is-none:1");
  }

  @Test
  void aDaemonThatDoesNotAnswerIsNamedWithWhatToDo() {
    try (DockerContainerEngine elsewhere =
        new DockerContainerEngine(Map.of("DOCKER_HOST", "unix:///nonexistent/docker.sock"))) {
      assertThatThrownBy(elsewhere::connect)
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessageContaining("/nonexistent/docker.sock")
          .hasMessageContaining("DOCKER_HOST");
    }
  }

  @Test
  void containersReachThisMachineAtTheBridge() {
    HostAccess access = ENGINE.connect();
    assertThat(access.host()).isNotEmpty();
    assertThat(access.listenOn().map(InetAddress::isAnyLocalAddress).orElse(false)).isFalse();
  }

  @Test
  void aContainerThatCannotStartSaysWhyAndIsNotLeft() {
    ContainerSpec spec =
        with(spec(Script.COUNT), List.of("/no/such/command"), new ContainerNetwork.Standard());
    assertThatThrownBy(() -> ENGINE.start(spec))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("/no/such/command")
        .hasMessageContaining("no such file");
    assertThat(ENGINE.containersLabelled(LABEL)).doesNotContainKey(spec.name());
  }

  @Test
  void aFolderThatMayNotBeWrittenIsNot(@TempDir Path folder) throws InterruptedException {
    ContainerSpec spec = spec(Script.COPY, new Folder("/data", folder, false));
    ContainerId id =
        ENGINE.start(with(spec, List.of("touch", "/data/file"), new ContainerNetwork.Standard()));
    assertThat(ENGINE.await(id).success()).isFalse();
    ENGINE.remove(id);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatACrashLeftOfAStartIsNotFound() {
    ContainerSpec spec = spec(Script.COUNT);
    create(spec);
    assertThat(ENGINE.find(spec.name())).isEmpty();
    assertThat(ENGINE.containersLabelled(LABEL)).doesNotContainKey(spec.name());
  }

  @Test
  void whatACrashLeftOfAStartIsStartedByTheNext() throws InterruptedException {
    ContainerSpec spec = spec(Script.SEVEN);
    String left = create(spec);
    ContainerId id = ENGINE.start(spec);
    assertThat(id.id()).isEqualTo(left);
    assertThat(ENGINE.await(id)).isEqualTo(new Exit(7, false));
    ENGINE.remove(id);
  }

  @Test
  void hostsOfANetworkFindEachOtherByName() throws InterruptedException {
    String network = "sagelocal-" + INSTANCE + "-peers";
    ENGINE.createNetwork(network, false, Map.of(LABEL, INSTANCE));
    ContainerId first =
        ENGINE.start(
            with(
                spec(Script.POLITE),
                entrypoint().orElseThrow(),
                new ContainerNetwork.Named(network)));
    ContainerId second =
        ENGINE.start(
            with(
                spec(Script.COUNT),
                List.of("getent", "hosts", "algo-1"),
                new ContainerNetwork.Named(network)));
    assertThat(ENGINE.await(second).success()).isTrue();
    ENGINE.remove(second);
    ENGINE.remove(first);
    ENGINE.removeNetwork(network);
    assertThat(ENGINE.networksLabelled(LABEL)).doesNotContainKey(network);
  }

  @Test
  void aNetworkIsRemovedFromUnderItsContainers() {
    String network = "sagelocal-" + INSTANCE + "-busy";
    ENGINE.createNetwork(network, false, Map.of(LABEL, INSTANCE));
    ContainerId id =
        ENGINE.start(
            with(
                spec(Script.POLITE),
                entrypoint().orElseThrow(),
                new ContainerNetwork.Named(network)));
    ENGINE.removeNetwork(network);
    assertThat(ENGINE.networksLabelled(LABEL)).doesNotContainKey(network);
    ENGINE.remove(id);
  }

  @Test
  void aPortIsReachedFromThisMachine() throws Exception {
    String server =
        "use IO::Socket::INET; $|=1; my $s = IO::Socket::INET->new(LocalPort=>8080, Listen=>1);"
            + " print \"ready\\n\"; my $c = $s->accept; print $c \"hello\\n\"";
    ContainerSpec spec =
        with(spec(Script.COUNT), List.of("perl", "-e", server), new ContainerNetwork.Standard());
    ContainerId id = ENGINE.start(spec);
    try {
      CompletableFuture<String> ready = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              ENGINE.readLog(id, (at, line) -> ready.complete(line));
            } catch (InterruptedException e) {
              ready.completeExceptionally(e);
            }
          });
      assertThat(ready.get(30, TimeUnit.SECONDS)).isEqualTo("ready");
      InetSocketAddress address = ENGINE.address(id, 8080);
      try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("hello\n");
      }
      ENGINE.await(id);
      assertThatThrownBy(() -> ENGINE.address(id, 8080)).isInstanceOf(EngineException.class);
    } finally {
      ENGINE.remove(id);
    }
  }

  @Test
  void afterAnInterruptTheSinkIsLeftAlone() throws InterruptedException {
    String chatter = "while :; do echo more; done";
    ContainerId id =
        ENGINE.start(
            with(
                spec(Script.COUNT), List.of("sh", "-c", chatter), new ContainerNetwork.Standard()));
    AtomicInteger lines = new AtomicInteger();
    AtomicInteger atReturn = new AtomicInteger();
    Thread reader =
        Thread.ofVirtual()
            .start(() -> {
              try {
                ENGINE.readLog(id, (at, line) -> lines.incrementAndGet());
              } catch (InterruptedException e) {
                atReturn.set(lines.get());
              }
            });
    while (lines.get() < 1000) {
      Thread.onSpinWait();
    }
    reader.interrupt();
    reader.join();
    ENGINE.remove(id);
    assertThat(atReturn.get()).isPositive().isEqualTo(lines.get());
  }

  @Test
  void whatOnlyRootMayDeleteIsDeletedInAContainer(@TempDir Path folder) throws IOException {
    Path left = Files.createDirectories(folder.resolve("-left by root/deep"));
    Files.writeString(left.resolve("file"), "");
    Daemon daemon = new Daemon(System.getenv());
    Containers containers = new Containers(daemon);
    new Deletion(daemon, containers, new ImageStore(daemon))
        .asRoot(folder.resolve("-left by root"), new IOException("denied"));
    assertThat(folder).isEmptyDirectory();
    assertThat(ENGINE.containersLabelled(LABEL)).doesNotContainValue("delete");
    daemon.close();
  }

  @Test
  void linksAreDeletedAndNotFollowed(@TempDir Path folder) throws IOException {
    Path kept = Files.createDirectory(folder.resolve("kept"));
    Files.writeString(kept.resolve("file"), "");
    Path deleted = Files.createDirectory(folder.resolve("deleted"));
    Files.createSymbolicLink(deleted.resolve("link"), kept);
    ENGINE.deleteFolder(deleted);
    assertThat(deleted).doesNotExist();
    assertThat(kept.resolve("file")).exists();
  }

  @Test
  void aGpuIsNeverSilentlyLeftOut() {
    assumeTrue(Files.notExists(Path.of("/dev/nvidia0")), "this machine has a GPU");
    ContainerSpec plain = spec(Script.COUNT);
    ContainerSpec gpu =
        ContainerEngineContract.limited(plain, plain.limits().withGpus(Limits.ALL_GPUS));
    assertThatThrownBy(() -> ENGINE.start(gpu))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("NVIDIA Container Toolkit");
    assertThat(ENGINE.find(gpu.name())).isEmpty();
  }

  /** A start that is cut short after its first half. */
  private static String create(ContainerSpec spec) {
    Daemon daemon = new Daemon(System.getenv());
    Abilities abilities = daemon.abilities();
    String id =
        daemon.ask(client -> {
          try (CreateContainerCmd command = Creation.of(client, abilities, new Layers(), spec)) {
            return command.exec().getId();
          }
        });
    daemon.close();
    return id;
  }

  private static ContainerSpec with(
      ContainerSpec spec, List<String> command, ContainerNetwork network) {
    return new ContainerSpec(
        spec.name(),
        spec.image(),
        Optional.of(command),
        command.getFirst().equals("/bin/sh") ? spec.command() : List.of(),
        spec.environment(),
        spec.hostname(),
        network,
        spec.folders(),
        List.of(8080),
        spec.labels(),
        spec.limits());
  }
}
