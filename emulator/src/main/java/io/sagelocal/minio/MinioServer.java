package io.sagelocal.minio;

import io.sagelocal.engine.ContainerEngine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** A MinIO server that the emulator looks after; its objects are in the data folder. */
public interface MinioServer extends AutoCloseable {
  /** Where it answers S3. */
  URI address();

  /** Where its console is. */
  URI console();

  /** What it lets in. */
  MinioKeys keys();

  /** Stops it; what it holds stays. */
  @Override
  void close();

  /**
   * Starts one as a process where its program is on this machine, else in a container.
   *
   * @param program its program
   * @param folder where everything is kept
   * @param instance of this emulator, to mark a container with
   * @throws IOException when there is neither, or it does not start; with what to do
   */
  static MinioServer start(
      Optional<Path> program, Path folder, ContainerEngine engine, String instance)
      throws IOException {
    MinioKeys keys = MinioKeys.of(folder);
    return program.isPresent()
        ? MinioProcess.start(program.get(), folder, keys)
        : MinioContainer.start(folder, keys, engine, instance);
  }
}
