package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerEngineContract;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.HostAccess;
import io.sagelocal.engine.ImageNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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
        POLITE) trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done ;;
        STUBBORN) trap '' TERM; echo ready; while :; do sleep 0.1; done ;;
        LONG_LINE) head -c 200000 /dev/zero | tr '\\0' x; echo; echo end ;;
      esac
      """;
  private static final DockerContainerEngine ENGINE = new DockerContainerEngine(System.getenv());

  @BeforeAll
  static void needsDocker() {
    assumeTrue(ENGINE.hasImage(BASE), "image " + BASE + " is not there: run containers/build");
  }

  @AfterAll
  static void nothingIsLeft() throws IOException {
    assertThat(ENGINE.containersLabelled(LABEL)).doesNotContainValue(INSTANCE);
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
  void aDaemonThatDoesNotAnswerIsNamedWithWhatToDo() throws IOException {
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
  void aGpuIsNeverSilentlyLeftOut() {
    ContainerSpec plain = spec(Script.COUNT);
    ContainerSpec gpu =
        new ContainerSpec(
            plain.name(),
            plain.image(),
            plain.entrypoint(),
            plain.command(),
            plain.environment(),
            plain.hostname(),
            plain.network(),
            plain.folders(),
            plain.ports(),
            plain.labels(),
            true,
            plain.sharedMemoryBytes());
    assumeTrue(!ENGINE.hasGpuSupport(), "this Docker has the nvidia runtime, so it starts");
    assertThatThrownBy(() -> ENGINE.start(gpu))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("nvidia");
    assertThat(ENGINE.find(gpu.name())).isEmpty();
  }
}
