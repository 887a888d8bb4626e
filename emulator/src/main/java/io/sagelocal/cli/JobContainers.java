package io.sagelocal.cli;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Finds what is left of a TrainingJob on the engine; the emulator need not run. */
final class JobContainers {
  private static final Comparator<String> BY_HOST =
      Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

  private JobContainers() {}

  /**
   * The names of the job's containers, algo-1 first.
   *
   * @throws IllegalStateException when there are none, telling what keeps them
   */
  static List<String> of(ContainerEngine engine, Path dataFolder, String job) throws IOException {
    Path file = dataFolder.resolve("instance");
    String instance = Files.exists(file) ? Files.readString(file).strip() : "";
    Map<String, String> instances = engine.containersLabelled(Labels.INSTANCE);
    List<String> names =
        engine.containersLabelled(Labels.JOB).entrySet().stream()
            .filter(entry -> entry.getValue().equals(job))
            .map(Map.Entry::getKey)
            .filter(name -> instance.equals(instances.get(name)))
            .sorted(BY_HOST)
            .toList();
    if (names.isEmpty()) {
      throw new IllegalStateException(
          "training job %s of the emulator in %s has no containers: it does not run, and those of a"
                  .formatted(job, dataFolder)
              + " failed one stay only with `sagelocal start --keep failed`");
    }
    return names;
  }
}
