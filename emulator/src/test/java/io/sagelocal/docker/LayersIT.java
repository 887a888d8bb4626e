package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.Folder;
import io.sagelocal.engine.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders over others on a real Docker daemon: overlays where it mounts them, else copies. */
class LayersIT {
  private static final String IMAGE = "sagelocal/debian:bullseye-slim";
  private static final String LABEL = "io.sagelocal.instance";

  private final String instance = "layers-" + UUID.randomUUID().toString().substring(0, 8);
  private final DockerContainerEngine engine = new DockerContainerEngine(System.getenv());
  private final List<String> lines = new ArrayList<>();

  @TempDir Path folder;

  @BeforeEach
  void needsDockerOnThisMachine() {
    assumeTrue(engine.hasImage(IMAGE), "image " + IMAGE + " is not there: run containers/build");
    assumeTrue(engine.layers(), "Docker is not on this machine, or rootless");
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(engine.containersLabelled(LABEL)).doesNotContainValue(instance);
    assertThat(engine.volumesLabelled(LABEL)).doesNotContainValue(instance);
    engine.deleteFolder(folder);
    engine.close();
  }

  @Test
  void onlyWhatIsChangedIsWritten() throws IOException, InterruptedException {
    Path beneath = beneath("a", "b", "c");
    Path local = Files.createDirectories(folder.resolve("local"));
    run("ls /data; echo more >>/data/a; chmod 600 /data/b; cat /data/a", local, beneath);
    assertThat(lines).containsExactly("a", "b", "c", "in amore");
    assertThat(local.resolve("c")).doesNotExist();
    assertThat(beneath.resolve("a")).hasContent("in a");
    assertThat(local.resolve("a")).hasContent("in amore\n");
  }

  @Test
  void aVolumeOfAnOverlayIsFoundByItsContainersLabelAndGoesWithIt()
      throws IOException, InterruptedException {
    Path local = Files.createDirectories(folder.resolve("local"));
    ContainerId id = engine.start(spec("true", local, beneath("a")));
    engine.await(id);
    String volume =
        engine.volumesLabelled(LABEL).entrySet().stream()
            .filter(entry -> entry.getValue().equals(instance))
            .map(Map.Entry::getKey)
            .findAny()
            .orElseThrow();
    engine.removeVolume(volume); // a container still has it
    assertThat(engine.volumesLabelled(LABEL)).containsKey(volume);
    engine.remove(id);
    assertThat(engine.volumesLabelled(LABEL)).doesNotContainKey(volume);
    engine.removeVolume(volume);
  }

  @Test
  void whatIsReplacedOrDeletedElsewhereIsStillRead() throws IOException, InterruptedException {
    Path store = Files.createDirectories(folder.resolve("store"));
    Files.writeString(store.resolve("blob"), "bytes");
    Path beneath = Files.createDirectories(folder.resolve("beneath"));
    Files.createLink(beneath.resolve("file"), store.resolve("blob"));
    Path local = Files.createDirectories(folder.resolve("local"));
    ContainerId id =
        engine.start(
            spec(
                "trap 'cat /data/file; echo; rm /data/file; exit' TERM; while :; do sleep 0.05; done",
                local,
                beneath));
    try {
      Files.delete(store.resolve("blob"));
      engine.stop(id, Duration.ofSeconds(10));
      engine.await(id);
      engine.readLog(id, (at, line) -> lines.add(line));
    } finally {
      engine.remove(id);
    }
    assertThat(lines).containsExactly("bytes");
    assertThat(beneath.resolve("file")).hasContent("bytes");
  }

  @Test
  void aPathThatMountOptionsCannotSayIsCopied() throws IOException, InterruptedException {
    Path beneath = beneath("a");
    Path local = Files.createDirectories(folder.resolve("with, a comma: and a colon"));
    run("cat /data/a; echo >>/data/a", local, beneath);
    assertThat(lines).containsExactly("in a");
    assertThat(beneath.resolve("a")).hasContent("in a");
  }

  @Test
  void whereTheKernelRefusesAnOverlayThereAreCopies() throws IOException, InterruptedException {
    Path local = Files.createDirectories(folder.resolve("local"));
    Path beneath = Files.createDirectories(local.resolve("inside")); // no overlay may have that
    Files.writeString(beneath.resolve("a"), "in a");
    run("cat /data/a; echo >>/data/a", local, beneath);
    assertThat(lines).containsExactly("in a");
    assertThat(engine.layers()).isFalse();
    assertThat(beneath.resolve("a")).hasContent("in a");
  }

  private Path beneath(String... names) throws IOException {
    Path beneath = Files.createDirectories(folder.resolve("beneath"));
    for (String name : names) {
      Files.writeString(beneath.resolve(name), "in " + name);
    }
    return beneath;
  }

  private void run(String script, Path local, Path beneath) throws InterruptedException {
    ContainerId id = engine.start(spec(script, local, beneath));
    try {
      assertThat(engine.await(id).code()).isZero();
      engine.readLog(id, (at, line) -> lines.add(line));
    } finally {
      engine.remove(id);
    }
  }

  private ContainerSpec spec(String script, Path local, Path beneath) {
    return new ContainerSpec(
        "sagelocal-" + instance,
        IMAGE,
        Optional.of(List.of("/bin/sh", "-c", script)),
        List.of(),
        Map.of(),
        "algo-1",
        new ContainerNetwork.None(),
        List.of(new Folder("/data", local, true, Optional.of(beneath))),
        List.of(),
        Map.of(LABEL, instance),
        Limits.none(1 << 20));
  }
}
