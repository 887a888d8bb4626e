package io.sagelocal.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Driver;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Folder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders that begin with the files of others: an overlay of the kernel's, which the daemon mounts
 * as a volume that belongs to its container and goes with it; a copy where it cannot.
 */
final class Layers {
  private static final Logger log = LoggerFactory.getLogger(Layers.class);

  /** What mount options can say without escapes. */
  private static final Pattern PLAIN_PATH = Pattern.compile("[^,:\\\\\"\\p{Cntrl}]+");

  /** The kernel takes a page of options, with three paths in it. */
  private static final int MOST_PATH_BYTES = 1200;

  private volatile boolean refused;

  /** Whether the daemon is one that mounts overlays, as far as is known. */
  boolean possible(Abilities abilities) {
    return abilities.layers() && !refused;
  }

  /** Whether a folder is to be an overlay. */
  boolean overlaid(Abilities abilities, Folder folder) {
    return folder.beneath().isPresent()
        && possible(abilities)
        && isPlain(folder.local())
        && isPlain(folder.beneath().get());
  }

  private static boolean isPlain(Path path) {
    String text = path.toAbsolutePath().toString();
    return PLAIN_PATH.matcher(text).matches()
        && text.getBytes(StandardCharsets.UTF_8).length <= MOST_PATH_BYTES;
  }

  /** The overlay, as a volume without a name: removing the container removes it. */
  static Mount mount(Folder folder, Map<String, String> labels) {
    String options =
        "lowerdir=%s,upperdir=%s,workdir=%s"
            .formatted(
                folder.beneath().orElseThrow().toAbsolutePath(),
                folder.local().toAbsolutePath(),
                work(folder).toAbsolutePath());
    return new Mount()
        .withType(MountType.VOLUME)
        .withTarget(folder.path())
        .withReadOnly(!folder.writable())
        .withVolumeOptions(
            new VolumeOptions()
                .withNoCopy(true)
                .withLabels(labels)
                .withDriverConfig(
                    new Driver()
                        .withName("local")
                        .withOptions(
                            Map.of("type", "overlay", "device", "overlay", "o", options))));
  }

  /** Where the kernel prepares what it puts into the local folder. */
  private static Path work(Folder folder) {
    return folder.local().resolveSibling(folder.local().getFileName() + ".work");
  }

  /** Makes a folder ready to be mounted. */
  void prepare(Abilities abilities, Folder folder) {
    if (folder.beneath().isEmpty()) {
      return;
    }
    try {
      if (overlaid(abilities, folder)) {
        Files.createDirectories(work(folder));
      } else {
        Files.walkFileTree(
            folder.beneath().get(), new Copying(folder.beneath().get(), folder.local()));
      }
    } catch (IOException e) {
      throw new EngineException(
          "files of %s cannot be put into %s: %s"
              .formatted(folder.beneath().get(), folder.local(), e),
          e);
    }
  }

  /** Remembers a refusal, if it is one; what is started from now on gets copies. */
  boolean isRefusal(DockerException e) {
    if (!Reasons.of(e).contains("failed to mount local volume")) {
      return false;
    }
    log.warn("Docker mounts no overlays here, so that inputs are copied: {}", Reasons.of(e));
    refused = true;
    return true;
  }

  /** Copies what is not there yet, each file whole or not at all. */
  private static final class Copying extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;

    Copying(Path from, Path to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      Files.createDirectories(to.resolve(from.relativize(folder)));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path target = to.resolve(from.relativize(file));
      if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        Path part = to.resolveSibling(to.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.copy(file, part);
        Files.move(part, target);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
