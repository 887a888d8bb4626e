package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.ForwardingEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
  private static final String JOBS = "arn:aws:sagemaker:us-east-1:000000000000:training-job/";

  @TempDir Path data;
  private final Set<String> removed = new HashSet<>();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  @Test
  void whatCannotBeRemovedKeepsNothingElseFromIt() throws IOException {
    Path jobs = data.resolve("000000000000/us-east-1");
    Path stays = Files.createDirectories(jobs.resolve("stays"));
    Path goes = Files.createDirectories(jobs.resolve("goes"));
    run(new Stubborn());
    assertThat(removed)
        .containsExactlyInAnyOrder(
            "container goes", "network goes", "volume goes", "folder " + goes);
    assertThat(log.toString(StandardCharsets.UTF_8))
        .contains("cannot remove container stays: the engine refuses")
        .contains("cannot remove network stays: the engine refuses")
        .contains("cannot remove volume stays: the engine refuses")
        .contains("cannot remove folder " + stays + ": the folder is busy");
  }

  @Test
  void whatCannotBeListedKeepsNothingElseFromBeingRemoved() throws IOException {
    Path goes = Files.createDirectories(data.resolve("000000000000/us-east-1/goes"));
    run(
        new Stubborn() {
          @Override
          public Map<String, String> containersLabelled(String label) {
            throw new EngineException("the engine lists nothing");
          }
        });
    assertThat(removed).containsExactlyInAnyOrder("network goes", "volume goes", "folder " + goes);
    assertThat(log.toString(StandardCharsets.UTF_8))
        .contains("cannot look for containers: the engine lists nothing");
  }

  private void run(Stubborn engine) {
    PrintStream console = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      new Sweep(engine, "this", Map.of("training-job", data), arn -> false).run();
    } finally {
      System.setErr(console);
    }
  }

  /** Has two of each kind and removes the one. */
  private class Stubborn extends ForwardingEngine {
    Stubborn() {
      super(new FakeContainerEngine());
    }

    private static Map<String, String> both(String label) {
      return label.equals("io.sagelocal.instance")
          ? Map.of("goes", "this", "stays", "this")
          : Map.of("goes", JOBS + "goes", "stays", JOBS + "stays");
    }

    private void remove(String kind, String name) {
      if (name.equals("stays")) {
        throw new EngineException("the engine refuses");
      }
      removed.add(kind + " " + name);
    }

    @Override
    public Map<String, String> containersLabelled(String label) {
      return both(label);
    }

    @Override
    public Optional<ContainerId> find(String name) {
      return Optional.of(new ContainerId(name, name));
    }

    @Override
    public void remove(ContainerId id) {
      remove("container", id.name());
    }

    @Override
    public Map<String, String> networksLabelled(String label) {
      return both(label);
    }

    @Override
    public void removeNetwork(String name) {
      remove("network", name);
    }

    @Override
    public Map<String, String> volumesLabelled(String label) {
      return both(label);
    }

    @Override
    public void removeVolume(String name) {
      remove("volume", name);
    }

    @Override
    public void deleteFolder(Path folder) {
      if (folder.endsWith("stays")) {
        throw new UncheckedIOException("the folder is busy", new IOException());
      }
      removed.add("folder " + folder);
    }
  }
}
