package io.sagelocal.minio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreContract;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.objects.Trust;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real MinIO, which {@code scripts/minio} makes. */
@TestInstance(Lifecycle.PER_CLASS)
class MinioServerIT implements ObjectStoreContract {
  private final Optional<Path> program = MinioProgram.find(System.getenv());
  private Path folder;
  private MinioServer server;

  @BeforeAll
  void start(@TempDir Path data) throws IOException {
    assumeTrue(program.isPresent(), "MinIO is neither on the PATH nor built: scripts/minio");
    folder = data;
    server = open();
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private MinioServer open() throws IOException {
    return MinioServer.start(program, folder, new FakeContainerEngine(), "instance");
  }

  @Override
  public ObjectStore store() {
    return new MinioObjectStore(
        server::address,
        server.keys().user(),
        server.keys().password(),
        "us-east-1",
        false,
        Trust.OF_JAVA);
  }

  @Test
  void whatItHoldsIsThereWhenItIsStartedAgain() throws IOException {
    S3Uri uri = new S3Uri(bucket(), "key");
    store().write(uri, out -> out.write('x'));
    server.close();
    server = open();
    assertThat(store().find(uri)).isPresent();
  }

  /** MinIO keeps both, but a list of everything leaves out what is below a key. */
  @Override
  @Test
  public void aKeyMayBeTheFolderOfAnother() throws IOException {
    String bucket = bucket();
    store().write(new S3Uri(bucket, "a"), out -> out.write('1'));
    store().write(new S3Uri(bucket, "a/b"), out -> out.write('2'));
    assertThat(store().find(new S3Uri(bucket, "a"))).isPresent();
    assertThat(store().find(new S3Uri(bucket, "a/b"))).isPresent();
  }
}
