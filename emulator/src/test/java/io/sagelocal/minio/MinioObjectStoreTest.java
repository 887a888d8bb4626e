package io.sagelocal.minio;

import io.sagelocal.fakes3.FakeS3;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreContract;
import io.sagelocal.objects.Trust;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The contract on any S3 at an address; here a server of fake-s3 that stands alone. */
@TestInstance(Lifecycle.PER_CLASS)
class MinioObjectStoreTest implements ObjectStoreContract {
  private FakeS3 server;
  private ObjectStore store;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server = FakeS3.open(folder, 0);
    store =
        new MinioObjectStore(server::address, "key", "secret", "us-east-1", true, Trust.OF_JAVA);
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  @Override
  public ObjectStore store() {
    return store;
  }
}
