package io.sagelocal.minio;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Folder;
import io.sagelocal.engine.Labels;
import io.sagelocal.engine.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** MinIO in a container. */
final class MinioContainer implements MinioServer {
  /** The image that is pulled where none is here. */
  static final String PINNED = "minio/minio:RELEASE.2025-09-07T16-13-09Z";

  private static final List<String> IMAGES = List.of(PINNED, "minio/minio:latest");
  private static final int S3_PORT = 9000;
  private static final int CONSOLE_PORT = 9001;
  private static final long SHARED_MEMORY_BYTES = 64L << 20;
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final ContainerEngine engine;
  private final ContainerId container;
  private final MinioKeys keys;

  private MinioContainer(ContainerEngine engine, ContainerId container, MinioKeys keys) {
    this.engine = engine;
    this.container = container;
    this.keys = keys;
  }

  static MinioContainer start(Path folder, MinioKeys keys, ContainerEngine engine, String instance)
      throws IOException {
    String name = "sagelocal-%s-minio".formatted(instance);
    try {
      engine.connect();
      String image = image(engine);
      engine.find(name).ifPresent(engine::remove); // what a killed emulator left
      ContainerId container =
          engine.start(
              new ContainerSpec(
                  name,
                  image,
                  Optional.empty(),
                  List.of("server", "/data", "--console-address", ":" + CONSOLE_PORT),
                  Map.of("MINIO_ROOT_USER", keys.user(), "MINIO_ROOT_PASSWORD", keys.password()),
                  "minio",
                  new ContainerNetwork.Standard(),
                  List.of(
                      new Folder("/data", Files.createDirectories(folder.resolve("data")), true)),
                  List.of(S3_PORT, CONSOLE_PORT),
                  Map.of(Labels.INSTANCE, instance),
                  Limits.none(SHARED_MEMORY_BYTES)));
      MinioContainer minio = new MinioContainer(engine, container, keys);
      try {
        CountDownLatch never = new CountDownLatch(1);
        MinioProcess.Readiness.await(
            minio.address(),
            wait -> {
              if (never.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("nobody counts it down");
              }
            });
        return minio;
      } catch (IOException | RuntimeException e) {
        minio.close();
        throw e;
      }
    } catch (EngineException e) {
      throw new IOException(
          "MinIO cannot be started: its program is not on the PATH, and as a container: %s. scripts/minio makes the program"
              .formatted(e.getMessage()),
          e);
    }
  }

  private static String image(ContainerEngine engine) {
    Optional<String> here = IMAGES.stream().filter(engine::hasImage).findFirst();
    if (here.isEmpty()) {
      engine.pull(PINNED);
    }
    return here.orElse(PINNED);
  }

  @Override
  public URI address() {
    return at(S3_PORT);
  }

  @Override
  public URI console() {
    return at(CONSOLE_PORT);
  }

  private URI at(int port) {
    InetSocketAddress address = engine.address(container, port);
    return URI.create("http://%s:%d".formatted(address.getHostString(), address.getPort()));
  }

  @Override
  public MinioKeys keys() {
    return keys;
  }

  @Override
  public void close() {
    engine.stop(container, GRACE);
    engine.remove(container);
  }
}
