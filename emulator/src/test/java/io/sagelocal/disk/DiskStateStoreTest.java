package io.sagelocal.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sagelocal.state.StateStoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStateStoreTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsThereAfterACrash() throws IOException {
    DiskStateStore store = open("state.mv");
    put(store, "a/1", "one");
    put(store, "a/2", "two");
    put(store, "b/1", "other");
    store.update("job", "a/2", before -> Optional.empty());
    Path copy = folder.resolve("copy.mv");
    Files.copy(folder.resolve("state.mv"), copy); // as a crash would leave it: never closed
    store.close();
    try (DiskStateStore again = DiskStateStore.open(copy)) {
      assertThat(text(again.find("job", "a/1"))).isEqualTo("one");
      assertThat(again.find("job", "a/2")).isEmpty();
      assertThat(again.list("job", "a/").keySet()).containsExactly("a/1");
      assertThat(again.list("model", "")).isEmpty();
    }
  }

  @Test
  void aChangeThatThrowsChangesNothing() throws IOException {
    try (DiskStateStore store = open("state.mv")) {
      put(store, "a", "one");
      assertThatThrownBy(() ->
              store.update(
                  "job",
                  "a",
                  before -> {
                    throw new IllegalArgumentException("no");
                  }))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(text(store.find("job", "a"))).isEqualTo("one");
    }
  }

  @Test
  void changesOfManyThreadsAreAppliedOneAfterTheOther() throws Exception {
    try (DiskStateStore store = open("state.mv")) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int n = 0; n < 10; n++) {
                    store.update("count", "c", DiskStateStoreTest::plusOne);
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(ByteBuffer.wrap(store.find("count", "c").orElseThrow()).getInt()).isEqualTo(200);
    }
  }

  @Test
  void anInterruptOfACallerDoesNotHarmTheStore() throws Exception {
    try (DiskStateStore store = open("state.mv")) {
      Thread interrupted =
          Thread.ofVirtual()
              .start(() -> {
                Thread.currentThread().interrupt();
                put(store, "a", "one");
              });
      interrupted.join();
      assertThat(text(store.find("job", "a"))).isEqualTo("one");
      put(store, "b", "two");
      assertThat(text(store.find("job", "b"))).isEqualTo("two");
    }
  }

  @Test
  void aFolderInUseSaysSo() throws IOException {
    try (DiskStateStore store = open("state.mv")) {
      put(store, "a", "one");
      assertThatThrownBy(() -> open("state.mv"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("in use by another sagelocal");
    }
  }

  @Test
  void aFullDiskIsNamedAndForgottenOnceThereIsSpace() throws Exception {
    assumeTrue(
        command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString()),
        "only root may mount a small disk");
    try (DiskStateStore store = open("state.mv")) {
      put(store, "a", "one");
      Path rest = fillDisk();
      String large = "x".repeat(1 << 18);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> put(store, "b", large))
            .isInstanceOf(StateStoreException.class)
            .hasMessageContaining(folder.resolve("state.mv").toString())
            .hasMessageContaining("No space left on device");
        assertThat(text(store.find("job", "a"))).isEqualTo("one");
        assertThat(store.list("job", "").keySet()).containsExactly("a");
      }
      Files.delete(rest);
      put(store, "b", large);
      assertThat(text(store.find("job", "b"))).isEqualTo(large);
      Path copy = folder.resolve("copy.mv");
      Files.copy(folder.resolve("state.mv"), copy);
      try (DiskStateStore again = DiskStateStore.open(copy)) {
        assertThat(text(again.find("job", "a"))).isEqualTo("one");
        assertThat(text(again.find("job", "b"))).isEqualTo(large);
      }
    } finally {
      assertThat(command("umount", folder.toString())).isTrue();
    }
  }

  private Path fillDisk() throws IOException {
    Path rest = folder.resolve("rest");
    try (OutputStream out = Files.newOutputStream(rest)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  out.write(new byte[1 << 12]);
                }
              })
          .hasMessageContaining("No space left on device");
    }
    return rest;
  }

  private static boolean command(String... words) throws IOException, InterruptedException {
    return new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  private DiskStateStore open(String file) throws IOException {
    return DiskStateStore.open(folder.resolve(file));
  }

  private static void put(DiskStateStore store, String key, String text) {
    store.update("job", key, before -> Optional.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Optional<byte[]> plusOne(Optional<byte[]> before) {
    int count = before.map(bytes -> ByteBuffer.wrap(bytes).getInt()).orElse(0);
    return Optional.of(ByteBuffer.allocate(Integer.BYTES).putInt(count + 1).array());
  }

  private static String text(Optional<byte[]> bytes) {
    return new String(bytes.orElseThrow(), StandardCharsets.UTF_8);
  }
}
