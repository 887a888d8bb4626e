package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The daemon of a test's own does as it is told and leaves nothing. */
class OwnDockerIT {
  private static final String BRIDGE = "{{index .Options \"com.docker.network.bridge.name\"}}";

  @Test
  void aDaemonIsKilledAndStartedAndLeavesNothing() throws Exception {
    String machines = machinesBridge();
    List<String> own = new ArrayList<>();
    Path root;
    try (TestDocker docker = TestDocker.open()) {
      root = docker.folder();
      String network = docker.run("network", "create", "peers").strip();
      own.add("br-" + network.substring(0, 12));
      own.add(docker.run("network", "inspect", "--format", BRIDGE, "bridge").strip());
      assertThat(links()).containsAll(own);
      docker.run(
          "run",
          "--detach",
          "--stop-signal",
          "KILL",
          "--net",
          "peers",
          TestDocker.IMAGE,
          "sleep",
          "1000");
      String left =
          docker
              .run(
                  "run",
                  "--detach",
                  "--stop-signal",
                  "KILL",
                  "--name",
                  "left",
                  TestDocker.IMAGE,
                  "sleep",
                  "1000")
              .strip();
      docker.kill();
      assertThat(commandLines()).anyMatch(line -> line.contains(left));
      docker.start();
      assertThat(docker.run("inspect", "--format", "{{.State.Running}}", "left")).contains("false");
      docker.run("start", "left");
      docker.restart();
      assertThat(docker.run("ps", "--all", "--format", "{{.Names}}")).contains("left");
      docker.run("start", "left");
      docker.kill();
    }
    assertThat(root).doesNotExist();
    assertThat(commandLines()).noneMatch(line -> line.contains(root.toString()));
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(root.toString());
    assertThat(links()).doesNotContainAnyElementsOf(own);
    assertThat(machinesBridge()).isEqualTo(machines);
    try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
      String cgroup = root.toString().replaceAll(".*sagelocal-docker", "sagelocal-test");
      assertThat(hierarchies.map(each -> each.resolve(cgroup))).noneMatch(Files::exists);
    }
  }

  private static List<String> links() throws IOException {
    return NetworkInterface.networkInterfaces().map(NetworkInterface::getName).toList();
  }

  /** Removed and made again, it would have another index. */
  private static String machinesBridge() throws IOException {
    NetworkInterface bridge = NetworkInterface.getByName("docker0");
    return bridge == null ? "none" : bridge.getName() + " " + bridge.getIndex();
  }

  private static List<String> commandLines() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .toList();
  }
}
