package io.sagelocal.engine;

import java.nio.file.Path;

/**
 * A folder of a container. What is in {@code local} is there before the container starts; when it
 * may write, what it left is in {@code local} once it has ended. An adapter on this machine mounts
 * it, one on other machines copies both ways.
 *
 * @param path absolute path inside the container
 * @param local the emulator's own copy
 * @param writable whether the container may change it
 */
public record Folder(String path, Path local, boolean writable) {}
