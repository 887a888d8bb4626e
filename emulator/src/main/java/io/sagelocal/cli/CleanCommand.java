package io.sagelocal.cli;

import io.sagelocal.Settings;
import io.sagelocal.StoreSettings;
import io.sagelocal.docker.DockerContainerEngine;
import io.sagelocal.engine.Labels;
import io.sagelocal.objects.CachingObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
    name = "clean",
    description = {
      "Removes the containers, networks and volumes of every sagelocal, of one that runs too, and what"
          + " the data folder keeps of objects of a store elsewhere.",
      "All else in data folders stays; so do images, without --images."
    },
    mixinStandardHelpOptions = true)
final class CleanCommand implements Callable<Integer> {
  private static final String IMAGE_LABEL = "io.sagelocal.image";
  private final Console console;

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  @Option(names = "--images", description = "also the images that were built for it")
  private boolean withImages;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "~/.sagelocal; where those objects are kept (SAGELOCAL_DATA_DIR)")
  private @Nullable String dataFolder;

  CleanCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Map<String, String> flags = dataFolder == null ? Map.of() : Map.of("data-dir", dataFolder);
    int objects =
        CachingObjectStore.removeAll(
            StoreSettings.cacheFolder(Settings.from(flags, console.environment()).dataFolder()));
    try (DockerContainerEngine engine = new DockerContainerEngine(console.environment())) {
      Set<String> containers = new TreeSet<>(engine.containersLabelled(Labels.INSTANCE).keySet());
      Set<String> networks = new TreeSet<>(engine.networksLabelled(Labels.INSTANCE).keySet());
      List<String> images = withImages ? engine.imagesLabelled(IMAGE_LABEL) : List.of();
      int known = containers.size() + networks.size() + images.size();
      try (Progress progress = new Progress(console, known)) {
        for (String container : containers) {
          engine.find(container).ifPresent(engine::remove);
          progress.step("removed " + container);
        }
        for (String network : networks) {
          engine.removeNetwork(network);
          progress.step("removed " + network);
        }
        for (String image : images) {
          engine.removeImage(image);
          progress.step("removed " + image);
        }
      }
      // those of the containers went with them
      Set<String> volumes = new TreeSet<>(engine.volumesLabelled(Labels.INSTANCE).keySet());
      volumes.forEach(engine::removeVolume);
      int total = known + volumes.size() + objects;
      output.told(
          console.out(),
          Map.of(
              "containers",
              containers,
              "networks",
              networks,
              "volumes",
              volumes,
              "images",
              images,
              "keptObjects",
              objects),
          total == 0 ? "Nothing to remove." : total + " removed.");
    }
    return ExitCode.OK;
  }
}
