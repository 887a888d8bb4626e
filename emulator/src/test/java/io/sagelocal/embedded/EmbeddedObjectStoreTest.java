package io.sagelocal.embedded;

import io.sagelocal.fakes3.store.Store;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the embedded store. */
@TestInstance(Lifecycle.PER_CLASS)
class EmbeddedObjectStoreTest implements ObjectStoreContract {
  private Store opened;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    opened = Store.open(folder, Clock.systemUTC());
  }

  @AfterAll
  void close() {
    opened.close();
  }

  @Override
  public ObjectStore store() {
    return new EmbeddedObjectStore(opened);
  }
}
