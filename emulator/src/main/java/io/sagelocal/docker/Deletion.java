package io.sagelocal.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.HostConfig;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.Labels;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Deletes folders that containers wrote to. What a container left as root can only be deleted by
 * root: in another container, of an image that is here and has an {@code rm}.
 */
final class Deletion {
  private static final String MOUNT = "/folder";
  private static final int IMAGES_TRIED = 3;

  private final Daemon daemon;
  private final Containers containers;
  private final ImageStore images;
  private final AtomicReference<@Nullable String> usedImage = new AtomicReference<>();

  Deletion(Daemon daemon, Containers containers, ImageStore images) {
    this.daemon = daemon;
    this.containers = containers;
    this.images = images;
  }

  /** Remembers an image that a container was started from. */
  void used(String image) {
    usedImage.set(image);
  }

  void delete(Path folder) {
    Optional<IOException> failure = plainly(folder);
    if (failure.isPresent()) {
      asRoot(folder.toAbsolutePath(), failure.get());
      failure = plainly(folder);
    }
    failure.ifPresent(e -> {
      throw cannot(e, "");
    });
  }

  /** Deletes the folder, links not followed; answers the first failure. */
  private static Optional<IOException> plainly(Path folder) {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      Files.walkFileTree(folder, new Deleting());
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  void asRoot(Path folder, IOException denied) {
    String last = usedImage.get();
    List<String> candidates =
        Stream.concat(Stream.ofNullable(last), images.names().stream())
            .distinct()
            .limit(IMAGES_TRIED)
            .toList();
    String reason = "there is no image here to do it as root in a container";
    for (String image : candidates) {
      try {
        Exit exit = runRm(image, folder);
        if (exit.success()) {
          return;
        }
        reason = "rm in a container ended with " + exit.code();
      } catch (DockerException e) {
        reason = Reasons.of(e); // an image without rm, say
      }
    }
    throw cannot(denied, ": " + reason);
  }

  private Exit runRm(String image, Path folder) {
    Path parent = Objects.requireNonNull(folder.getParent(), "a file system's root is not ours");
    ContainerId id =
        daemon.ask(client -> {
          String name = "sagelocal-delete-" + UUID.randomUUID();
          try (CreateContainerCmd command =
              client
                  .createContainerCmd(image)
                  .withName(name)
                  .withUser("0:0")
                  .withEntrypoint("rm", "-rf", "--", MOUNT + "/" + folder.getFileName())
                  .withCmd(List.of())
                  .withLabels(Map.of(Labels.INSTANCE, "delete"))
                  .withHostConfig(
                      HostConfig.newHostConfig()
                          .withNetworkMode("none")
                          .withSecurityOpts(Creation.securityOptions(daemon.abilities()))
                          .withMounts(List.of(Creation.mount(MOUNT, parent, true))))) {
            return new ContainerId(name, command.exec().getId());
          }
        });
    try {
      daemon.ask(client -> client.startContainerCmd(id.id()).exec());
      return new Ending(daemon, containers, id).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("deleting " + folder + " was interrupted", e);
    } finally {
      containers.remove(id);
    }
  }

  private static EngineException cannot(IOException e, String reason) {
    return new EngineException("cannot delete " + e.getMessage() + reason, e);
  }

  private static final class Deleting extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE; // somebody else deletes it too
      }
      try {
        Files.delete(file); // one that cannot be looked into may be empty
      } catch (IOException stays) {
        e.addSuppressed(stays);
        throw e;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
