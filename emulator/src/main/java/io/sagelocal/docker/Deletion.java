package io.sagelocal.docker;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Folder;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Deletes folders that containers wrote to. */
final class Deletion {
  private static final String MOUNT = "/folder";
  private static final long SHARED_MEMORY_BYTES = 1 << 20;

  private Deletion() {}

  /** Deletes the folder, links not followed; answers the first failure. */
  static Optional<IOException> delete(Path folder) {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
                throws IOException {
              if (e != null) {
                throw e;
              }
              Files.delete(dir);
              return FileVisitResult.CONTINUE;
            }
          });
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  /** Deletes {@code parent/name} from inside a container, as its root. */
  static void deleteAsRoot(ContainerEngine engine, String image, Path parent, Path name) {
    ContainerId id =
        engine.start(
            new ContainerSpec(
                "sagelocal-delete-" + Integer.toHexString(parent.resolve(name).hashCode()),
                image,
                Optional.of(List.of("rm", "-rf", MOUNT + "/" + name)),
                List.of(),
                Map.of(),
                "delete",
                Optional.empty(),
                List.of(new Folder(MOUNT, parent, true)),
                List.of(),
                Map.of("io.sagelocal.instance", "delete"),
                false,
                SHARED_MEMORY_BYTES));
    try {
      engine.await(id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("deleting " + parent.resolve(name) + " was interrupted", e);
    } finally {
      engine.remove(id);
    }
  }
}
