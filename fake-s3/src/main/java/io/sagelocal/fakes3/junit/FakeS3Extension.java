package io.sagelocal.fakes3.junit;

import io.sagelocal.fakes3.FakeS3;
import io.sagelocal.fakes3.store.Buckets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An empty S3 store on a free port for the tests of a class, gone after them.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final FakeS3Extension S3 = new FakeS3Extension("my-bucket");
 * }</pre>
 */
public final class FakeS3Extension implements BeforeAllCallback, AfterAllCallback {
  private final List<String> buckets;
  private @Nullable FakeS3 server;
  private @Nullable Path folder;

  /** With these buckets in it. */
  public FakeS3Extension(String... buckets) {
    this.buckets = List.of(buckets);
  }

  /** Where it answers; any access key and secret will do. */
  public URI endpoint() {
    FakeS3 running = server;
    if (running == null) {
      throw new IllegalStateException(
          "the store runs only while tests do: is the field static and annotated with @RegisterExtension?");
    }
    return running.address();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    try {
      Path made = Files.createTempDirectory("fake-s3");
      FakeS3 opened = FakeS3.open(made, 0);
      buckets.forEach(bucket -> opened.store().buckets().create(bucket, Buckets.DEFAULT_REGION));
      folder = made;
      server = opened;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    FakeS3 running = server;
    if (running != null) {
      running.close();
    }
    Path made = folder;
    if (made != null) {
      Files.walkFileTree(made, new Deletion());
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
