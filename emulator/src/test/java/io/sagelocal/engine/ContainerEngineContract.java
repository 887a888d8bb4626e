package io.sagelocal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What features rely on of any engine. The scripts that the test containers run are small enough
 * for a shell and for a fake of it.
 */
public interface ContainerEngineContract {
  String LABEL = "io.sagelocal.instance";
  String INSTANCE = "contract-" + UUID.randomUUID().toString().substring(0, 8);

  ContainerEngine engine();

  /** An image that runs each of the {@link Script}s, given as its last argument. */
  String image();

  /** What makes the image do so; empty for its own entry point. */
  default Optional<List<String>> entrypoint() {
    return Optional.empty();
  }

  /** What a test container does. */
  enum Script {
    /** Prints one, two, three and ends with 0. */
    COUNT,
    /** Ends with 7. */
    SEVEN,
    /** Copies /data/in to /data/out. */
    COPY,
    /** Adds " more" to /data/in and deletes /data/deep. */
    CHANGE,
    /** Waits until SIGTERM, prints bye and ends with 3. */
    POLITE,
    /** Ignores SIGTERM for ever. */
    STUBBORN,
    /** Prints a line of 200,000 letters x, then end. */
    LONG_LINE,
    /** Prints a line of 5,000 letters u umlaut after a letter x. */
    UMLAUTS,
    /** Prints $GREETING and its host name. */
    WHO
  }

  default ContainerSpec spec(Script script, Folder... folders) {
    return new ContainerSpec(
        "sagelocal-" + INSTANCE + "-" + UUID.randomUUID().toString().substring(0, 8),
        image(),
        entrypoint(),
        List.of(script.name()),
        Map.of("GREETING", "hello"),
        "algo-1",
        new ContainerNetwork.Standard(),
        List.of(folders),
        List.of(),
        Map.of(LABEL, INSTANCE),
        Limits.none(1 << 20));
  }

  /** The same with another image and labels. */
  static ContainerSpec like(ContainerSpec spec, String image, Map<String, String> labels) {
    return new ContainerSpec(
        spec.name(),
        image,
        spec.entrypoint(),
        spec.command(),
        spec.environment(),
        spec.hostname(),
        spec.network(),
        spec.folders(),
        spec.ports(),
        labels,
        spec.limits());
  }

  /** The same on another network. */
  static ContainerSpec connected(ContainerSpec spec, ContainerNetwork network) {
    return new ContainerSpec(
        spec.name(),
        spec.image(),
        spec.entrypoint(),
        spec.command(),
        spec.environment(),
        spec.hostname(),
        network,
        spec.folders(),
        spec.ports(),
        spec.labels(),
        spec.limits());
  }

  /** The same with other limits. */
  static ContainerSpec limited(ContainerSpec spec, Limits limits) {
    return new ContainerSpec(
        spec.name(),
        spec.image(),
        spec.entrypoint(),
        spec.command(),
        spec.environment(),
        spec.hostname(),
        spec.network(),
        spec.folders(),
        spec.ports(),
        spec.labels(),
        limits);
  }

  @Test
  default void aContainerEndsWithItsExitCode() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.SEVEN));
    try {
      assertThat(engine().await(id)).isEqualTo(new Exit(7, false));
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void awaitingAnEndedContainerAgainGivesTheSame() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.SEVEN));
    try {
      assertThat(engine().await(id)).isEqualTo(engine().await(id));
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void itsLogIsReadFromTheFirstLineEachTime() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.COUNT));
    try {
      List<String> following = log(id);
      engine().await(id);
      assertThat(following).containsExactly("one", "two", "three");
      assertThat(log(id)).isEqualTo(following);
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void aLongLineComesInPieces() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.LONG_LINE));
    try {
      List<String> lines = log(id);
      assertThat(lines.stream().mapToInt(String::length).max().orElse(0))
          .isLessThanOrEqualTo(LogSink.MAX_LINE_CHARS);
      assertThat(String.join("", lines)).isEqualTo("x".repeat(200_000) + "end");
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void charactersArriveAsTheyWereWritten() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.UMLAUTS));
    try {
      assertThat(log(id)).containsExactly("x" + "\u00fc".repeat(5_000));
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void itHasItsEnvironmentAndHostName() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.WHO));
    try {
      assertThat(log(id)).containsExactly("hello", "algo-1");
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void whatTheSinkThrowsComesThrough() {
    ContainerId id = engine().start(spec(Script.COUNT));
    UncheckedIOException full = new UncheckedIOException(new IOException("disk full"));
    try {
      assertThatThrownBy(() ->
              engine()
                  .readLog(
                      id,
                      (at, line) -> {
                        throw full;
                      }))
          .isSameAs(full);
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void anEndedOneIsNotRunTwice() throws InterruptedException {
    ContainerSpec spec = spec(Script.COUNT);
    ContainerId id = engine().start(spec);
    try {
      engine().await(id);
      assertThat(engine().start(spec)).isEqualTo(id);
      assertThat(engine().find(spec.name())).contains(id);
      engine().await(id);
      assertThat(log(id)).containsExactly("one", "two", "three");
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void awaitingAContainerThatIsGoneSaysSo() {
    ContainerId id = engine().start(spec(Script.COUNT));
    engine().remove(id);
    assertThatThrownBy(() -> engine().await(id))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(id.name());
  }

  @Test
  default void whatItWroteIsInTheLocalFolder(@TempDir Path folder)
      throws IOException, InterruptedException {
    Files.writeString(folder.resolve("in"), "bytes");
    ContainerId id = engine().start(spec(Script.COPY, new Folder("/data", folder, true)));
    try {
      assertThat(engine().await(id).code()).isZero();
      assertThat(folder.resolve("out")).hasContent("bytes");
    } finally {
      engine().remove(id);
      engine().deleteFolder(folder.resolve("out"));
    }
  }

  @Test
  default void whatIsBeneathAFolderIsSeenAndNotChanged(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path beneath = Files.createDirectories(folder.resolve("beneath/deep"));
    Files.writeString(beneath.resolve("kept"), "kept");
    Files.writeString(folder.resolve("beneath/in"), "bytes");
    List<ContainerId> ids = new ArrayList<>();
    try {
      for (String each : List.of("one", "other")) {
        Path local = Files.createDirectories(folder.resolve(each));
        Folder layered = new Folder("/data", local, true, Optional.of(folder.resolve("beneath")));
        ids.add(engine().start(spec(Script.CHANGE, layered)));
        assertThat(engine().await(ids.getLast()).code()).isZero();
        assertThat(local.resolve("in")).hasContent("bytes more"); // and not of the other one's
      }
      assertThat(folder.resolve("beneath/in")).hasContent("bytes");
      assertThat(folder.resolve("beneath/deep/kept")).hasContent("kept");
    } finally {
      ids.forEach(engine()::remove);
      engine().deleteFolder(folder.resolve("one"));
      engine().deleteFolder(folder.resolve("other"));
    }
  }

  @Test
  default void stopLetsItEndByItself() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.POLITE));
    try {
      awaitLine(id, "ready");
      engine().stop(id, Duration.ofSeconds(20));
      assertThat(engine().await(id).code()).isEqualTo(3);
      assertThat(log(id)).endsWith("bye");
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void stopKillsItAfterTheGrace() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.STUBBORN));
    try {
      awaitLine(id, "ready");
      engine().stop(id, Duration.ofSeconds(1));
      assertThat(engine().await(id).code()).isEqualTo(137);
    } finally {
      engine().remove(id);
    }
  }

  @Test
  default void startingItAgainKeepsTheOneThatIsThere() {
    ContainerSpec spec = spec(Script.POLITE);
    ContainerId first = engine().start(spec);
    try {
      assertThat(engine().start(spec)).isEqualTo(first);
      assertThat(engine().find(spec.name())).contains(first);
    } finally {
      engine().remove(first);
    }
  }

  @Test
  default void aNameThatIsNotOursIsRefused() {
    ContainerSpec spec = spec(Script.POLITE);
    ContainerId first = engine().start(spec);
    ContainerSpec other = like(spec, spec.image(), Map.of(LABEL, "somebody-else"));
    try {
      assertThatThrownBy(() -> engine().start(other))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining(spec.name());
    } finally {
      engine().remove(first);
    }
  }

  @Test
  default void anUnknownImageIsNamedAndNothingIsLeft() {
    ContainerSpec known = spec(Script.COUNT);
    ContainerSpec unknown = like(known, "sagelocal/there-is-none:1", known.labels());
    assertThat(engine().hasImage("sagelocal/there-is-none:1")).isFalse();
    assertThatThrownBy(() -> engine().start(unknown))
        .isInstanceOf(ImageNotFoundException.class)
        .hasMessageContaining("sagelocal/there-is-none:1");
    assertThat(engine().find(unknown.name())).isEmpty();
  }

  @Test
  default void containersStartTogether() throws InterruptedException {
    List<ContainerSpec> specs = List.of(spec(Script.SEVEN), spec(Script.COUNT));
    List<ContainerId> ids = engine().startTogether(specs);
    try {
      assertThat(ids.stream().map(ContainerId::name))
          .containsExactlyElementsOf(specs.stream().map(ContainerSpec::name).toList());
      assertThat(engine().await(ids.getFirst()).code()).isEqualTo(7);
      assertThat(engine().await(ids.getLast()).code()).isZero();
      assertThat(engine().startTogether(specs)).isEqualTo(ids);
    } finally {
      ids.forEach(engine()::remove);
    }
  }

  @Test
  default void whenOneCannotBeMadeNoneOfThemRuns(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("in"), "bytes");
    ContainerSpec good = spec(Script.COPY, new Folder("/data", folder, true));
    ContainerSpec bad = like(spec(Script.COUNT), "sagelocal/there-is-none:1", good.labels());
    assertThatThrownBy(() -> engine().startTogether(List.of(good, bad)))
        .isInstanceOf(ImageNotFoundException.class);
    assertThat(engine().find(good.name())).isEmpty();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  default void aNetworkThatIsNotThereIsNamedAndNothingIsLeft() {
    ContainerSpec spec =
        connected(spec(Script.COUNT), new ContainerNetwork.Named("sagelocal-none"));
    assertThatThrownBy(() -> engine().start(spec))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("sagelocal-none");
    assertThat(engine().find(spec.name())).isEmpty();
  }

  @Test
  default void theMachineHasAProcessorAndMemory() {
    assertThat(engine().machine().cpus()).isPositive();
    assertThat(engine().machine().memoryBytes()).isPositive();
  }

  @Test
  default void aGpuThatIsNotThereIsRefusedAndNothingIsLeft() {
    ContainerSpec plain = spec(Script.COUNT);
    ContainerSpec spec = limited(plain, plain.limits().withGpus(List.of("97")));
    assertThat(engine().gpus()).doesNotContain("97");
    assertThatThrownBy(() -> engine().start(spec)).isInstanceOf(EngineException.class);
    assertThat(engine().find(spec.name())).isEmpty();
  }

  @Test
  default void aMissingFolderIsNamedAndNotMade(@TempDir Path folder) {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> engine().start(spec(Script.COUNT, new Folder("/data", missing, true))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("missing");
    assertThat(missing).doesNotExist();
  }

  @Test
  default void anInterruptedThreadCanStillTidyUp() {
    ContainerId id = engine().start(spec(Script.POLITE));
    Thread.currentThread().interrupt();
    engine().remove(id);
    assertThat(engine().find(id.name())).isEmpty();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  default void whatIsGoneIsFineToStopAndRemove() throws InterruptedException {
    ContainerId id = engine().start(spec(Script.COUNT));
    engine().await(id);
    engine().remove(id);
    engine().remove(id);
    engine().stop(id, Duration.ofSeconds(1));
    assertThat(engine().find(id.name())).isEmpty();
    assertThat(log(id)).isEmpty();
  }

  @Test
  default void labelsFindContainersAndNetworks() {
    ContainerId id = engine().start(spec(Script.POLITE));
    String network = "sagelocal-" + INSTANCE + "-network";
    engine().createNetwork(network, false, Map.of(LABEL, INSTANCE));
    engine().createNetwork(network, false, Map.of(LABEL, INSTANCE));
    try {
      assertThat(engine().containersLabelled(LABEL)).containsEntry(id.name(), INSTANCE);
      assertThat(engine().networksLabelled(LABEL)).containsEntry(network, INSTANCE);
    } finally {
      engine().remove(id);
      engine().removeNetwork(network);
      engine().removeNetwork(network);
    }
    assertThat(engine().networksLabelled(LABEL)).doesNotContainKey(network);
  }

  private List<String> log(ContainerId id) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    engine().readLog(id, (at, line) -> lines.add(line));
    return lines;
  }

  private void awaitLine(ContainerId id, String wanted) throws InterruptedException {
    Thread reader = Thread.currentThread();
    List<String> seen = new ArrayList<>();
    Thread following =
        Thread.ofVirtual()
            .start(() -> {
              try {
                engine()
                    .readLog(
                        id,
                        (at, line) -> {
                          synchronized (seen) {
                            seen.add(line);
                            seen.notifyAll();
                          }
                        });
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    synchronized (seen) {
      while (!seen.contains(wanted)) {
        assertThat(System.nanoTime())
            .as("%s waits for \"%s\" in the log, which holds %s", reader.getName(), wanted, seen)
            .isLessThan(end);
        seen.wait(100);
      }
    }
    following.interrupt();
  }
}
