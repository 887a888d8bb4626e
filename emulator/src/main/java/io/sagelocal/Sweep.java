package io.sagelocal;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Scope;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Labels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes containers, networks, volumes and scratch folders of this instance whose resource is on
 * record no more, as when the records were put back to an earlier state. What nobody knows is left
 * alone.
 */
final class Sweep {
  private static final Logger log = LoggerFactory.getLogger(Sweep.class);

  private final ContainerEngine engine;
  private final String instance;
  private final Map<String, Path> folders;
  private final Predicate<Arn> onRecord;

  /**
   * @param folders the types of the resources it looks after, and where each type has its scratch
   *     folders: by account, region and name
   * @param onRecord whether there is a resource of that name; asked after the engine, so that what
   *     is made meanwhile is on record
   */
  Sweep(
      ContainerEngine engine, String instance, Map<String, Path> folders, Predicate<Arn> onRecord) {
    this.engine = engine;
    this.instance = instance;
    this.folders = Map.copyOf(folders);
    this.onRecord = onRecord;
  }

  /** Sweeps; what cannot be removed is named in the log and left to the next start. */
  void run() {
    attempt(
        "look for containers",
        () ->
            sweep(
                "container",
                engine::containersLabelled,
                name -> engine.find(name).ifPresent(engine::remove)));
    attempt(
        "look for networks",
        () -> sweep("network", engine::networksLabelled, engine::removeNetwork));
    attempt(
        "look for volumes", () -> sweep("volume", engine::volumesLabelled, engine::removeVolume));
    attempt("look for scratch folders", this::removeFolders);
  }

  private static void attempt(String what, Runnable step) {
    try {
      step.run();
    } catch (EngineException | UncheckedIOException e) {
      log.warn("cannot {}: {}; the next start tries again", what, e.getMessage());
    }
  }

  private void sweep(
      String kind, Function<String, Map<String, String>> labelled, Consumer<String> remove) {
    Map<String, String> instances = labelled.apply(Labels.INSTANCE);
    labelled
        .apply(Labels.ARN)
        .forEach((name, arn) -> {
          if (instance.equals(instances.get(name))
              && Arn.parse(arn).filter(this::isOrphan).isPresent()) {
            log.info("{} {} belongs to nothing on record and is removed", kind, name);
            attempt("remove %s %s".formatted(kind, name), () -> remove.accept(name));
          }
        });
  }

  /** A folder comes after its record and goes before it. */
  private void removeFolders() {
    folders.forEach((type, root) -> {
      for (Path account : foldersIn(root)) {
        for (Path region : foldersIn(account)) {
          Scope.parse(name(account), name(region))
              .ifPresent(scope -> removeFolders(scope, type, foldersIn(region)));
        }
      }
    });
  }

  private void removeFolders(Scope scope, String type, List<Path> resources) {
    for (Path folder : resources) {
      if (isOrphan(scope.sagemaker(type, name(folder)))) {
        log.info("folder {} belongs to nothing on record and is removed", folder);
        attempt("remove folder " + folder, () -> engine.deleteFolder(folder));
      }
    }
  }

  private static String name(Path folder) {
    return String.valueOf(folder.getFileName());
  }

  private static List<Path> foldersIn(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isOrphan(Arn arn) {
    return folders.containsKey(arn.type()) && !onRecord.test(arn);
  }
}
