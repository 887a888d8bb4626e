package io.sagelocal;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.objects.BucketCopy;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Timeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Copies objects between the stores that an emulator can have, while none runs on them. */
public final class StoreCopy {
  private final Path data;
  private final Map<String, String> environment;
  private final ContainerEngine engine;
  private final Timeline timeline;

  /**
   * Copies between stores.
   *
   * @param data the data folder of the embedded store and of the managed MinIO
   */
  public StoreCopy(
      Path data, Map<String, String> environment, ContainerEngine engine, Timeline timeline) {
    this.data = data;
    this.environment = environment;
    this.engine = engine;
    this.timeline = timeline;
  }

  /**
   * Copies everything below the source.
   *
   * @param from {@code embedded}, {@code minio} or a URL, as {@code --s3} has it
   * @param to likewise, and another
   * @param each is told each object that was written
   * @return how many objects were written
   * @throws IllegalArgumentException when both are the same store
   */
  public long copy(String from, String to, S3Uri source, S3Uri target, Consumer<S3Uri> each)
      throws IOException {
    if (from.equals(to)) {
      throw new IllegalArgumentException("--from and --to are the same store: " + from);
    }
    Files.createDirectories(data);
    try (Opened one = open(from);
        Opened other = open(to)) {
      return new BucketCopy(one.store().objects(), other.store().objects())
          .copy(source, target, each);
    }
  }

  private Opened open(String choice) throws IOException {
    StoreSettings settings = StoreSettings.of(choice, Optional.empty(), 0, environment);
    return new Opened(OpenedStore.open(settings, data, engine, InstanceId.of(data), timeline));
  }

  private record Opened(OpenedStore store) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try {
        store.closing().close();
      } catch (Exception e) { // declared by AutoCloseable
        throw new IOException("a store could not be closed: " + e.getMessage(), e);
      }
    }
  }
}
