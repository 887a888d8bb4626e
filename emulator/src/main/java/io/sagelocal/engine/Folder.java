package io.sagelocal.engine;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder of a container. What is in {@code local} is there before the container starts; when it
 * may write, what it left is in {@code local} once it has ended. An adapter on this machine mounts
 * it, one on other machines copies both ways.
 *
 * @param path absolute path inside the container
 * @param local the emulator's own copy
 * @param writable whether the container may change it
 * @param beneath a folder whose files the container sees there as well, as if they were its own to
 *     change, while none of them ever changes; several containers may have the same. It must not
 *     change either while a container has it.
 */
public record Folder(String path, Path local, boolean writable, Optional<Path> beneath) {

  /** A folder that begins with what is in {@code local} alone. */
  public Folder(String path, Path local, boolean writable) {
    this(path, local, writable, Optional.empty());
  }
}
