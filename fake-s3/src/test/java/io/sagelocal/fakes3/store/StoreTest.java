package io.sagelocal.fakes3.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  private static final String BUCKET = "bucket";

  @TempDir Path folder;
  private Store store;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(folder, Clock.systemUTC());
    store.buckets().create(BUCKET, Buckets.DEFAULT_REGION);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatWasWrittenIsThereWhenItIsOpenedAgain() throws IOException {
    put("key", "text");
    store.close();
    open();
    assertThat(text("key")).isEqualTo("text");
  }

  @Test
  void aFolderHasOneProcessAtATime() {
    assertThatThrownBy(() -> Store.open(folder, Clock.systemUTC()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in use");
  }

  @Test
  void whatIsBeingReadStaysWhateverHappensToTheObject() throws IOException {
    put("key", "old");
    try (InputStream in = store.read(BUCKET, "key", Optional.empty()).stream(0, 3)) {
      put("key", "new");
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("old");
    }
    assertThat(text("key")).isEqualTo("new");
    assertThat(blobs()).hasSize(1);
  }

  @Test
  void whatACrashLeftIsRemovedAtTheNextOpening() throws IOException, InterruptedException {
    put("key", "text");
    store.newBlob().out().close(); // written, and never part of an object
    assertThat(blobs()).hasSize(2);
    store.close();
    open();
    for (int i = 0; i < 500 && blobs().size() > 1; i++) {
      Thread.sleep(10); // it is swept beside the work
    }
    assertThat(blobs()).hasSize(1);
    assertThat(text("key")).isEqualTo("text");
  }

  @Test
  void aRefusedWriteLeavesNoFile() throws IOException {
    assertThatThrownBy(
            () -> store.write("no-such-bucket", "key", Attributes.NONE, out -> out.write(1)))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() ->
            store.write(
                BUCKET,
                "key",
                Attributes.NONE,
                out -> {
                  out.write(1);
                  throw new IOException("no more");
                }))
        .hasMessage("no more");
    assertThat(blobs()).isEmpty();
  }

  @Test
  void aCopyOutlivesItsSource() throws IOException {
    put("source", "text");
    try (Reading source = store.read(BUCKET, "source", Optional.empty())) {
      Content copy = store.duplicate(source);
      store.put(BUCKET, "copy", copy, Attributes.NONE, Precondition.NONE);
    }
    store.delete(BUCKET, "source", Optional.empty(), Precondition.NONE);
    assertThat(text("copy")).isEqualTo("text");
  }

  @Test
  void olderVersionsStayUntilTheyAreDeletedThemselves() throws IOException {
    store.buckets().setVersioning(BUCKET, Bucket.Versioning.ENABLED);
    put("key", "first");
    String first = store.requireObject(BUCKET, "key", Optional.empty()).version();
    put("key", "second");
    store.delete(BUCKET, "key", Optional.empty(), Precondition.NONE);
    assertThat(store.findObject(BUCKET, "key")).isEmpty();
    Listing all = new Listing("", "", "", 10);
    Listing.Versions versions = store.listVersions(BUCKET, all, "");
    assertThat(versions.versions())
        .extracting(Listing.Version::latest)
        .containsExactly(true, false, false);
    assertThat(versions.versions().getFirst().object().marker()).isTrue();
    assertThatThrownBy(() -> store.deleteBucket(BUCKET)).hasMessageContaining("not empty");

    String marker = versions.versions().getFirst().object().version();
    store.delete(BUCKET, "key", Optional.of(marker), Precondition.NONE);
    assertThat(text("key")).isEqualTo("second");
    store.delete(
        BUCKET,
        "key",
        Optional.of(store.requireObject(BUCKET, "key", Optional.empty()).version()),
        Precondition.NONE);
    assertThat(store.requireObject(BUCKET, "key", Optional.empty()).version()).isEqualTo(first);
    assertThat(text("key")).isEqualTo("first");
  }

  @Test
  void manyWritersOfOneKeyLeaveOneWholeObject()
      throws InterruptedException, ExecutionException, IOException {
    List<Callable<StoredObject>> writers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] bytes = String.valueOf(i).repeat(1000).getBytes(StandardCharsets.UTF_8);
      writers.add(() -> store.write(BUCKET, "key", Attributes.NONE, out -> out.write(bytes)));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<StoredObject> done : threads.invokeAll(writers)) {
        done.get();
      }
    }
    String text = text("key");
    assertThat(text)
        .hasSize(text.length() / 1000 * 1000)
        .startsWith(text.substring(text.length() / 1000));
    assertThat(blobs()).hasSize(1);
  }

  @Test
  void anInterruptedThreadCanStillReadAndWrite() throws IOException {
    Thread.currentThread().interrupt();
    put("key", "text");
    assertThat(text("key")).isEqualTo("text");
    assertThat(Thread.interrupted()).isTrue();
    put("key", "again");
    assertThat(text("key")).isEqualTo("again");
  }

  @Test
  void partsArePutTogetherWhenSomebodyNeedsOneFile() throws IOException {
    StoredObject object = putInParts("key");
    assertThat(object.content().segments()).hasSize(2);
    Path file = store.file(BUCKET, "key").orElseThrow();
    assertThat(file).hasSize(Uploads.LEAST_PART + 3);
    assertThat(blobs()).containsExactly(file);
    assertThat(store.requireObject(BUCKET, "key", Optional.empty()).etag())
        .isEqualTo(object.etag());
  }

  @Test
  void whoeverNeedsOneFileAtTheSameTimeGetsTheSameOneAndTagsStay()
      throws IOException, InterruptedException, ExecutionException {
    for (int i = 0; i < 10; i++) {
      putInParts("key");
      List<Callable<Object>> all = new ArrayList<>();
      for (int j = 0; j < 8; j++) {
        all.add(() -> store.file(BUCKET, "key"));
      }
      all.add(() -> store.setTags(BUCKET, "key", Optional.empty(), Map.of("a", "b")));
      Set<Object> files = new HashSet<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Object> done : threads.invokeAll(all)) {
          files.add(done.get());
        }
      }
      assertThat(files).hasSize(2); // the file, and the object with the tags
      StoredObject now = store.requireObject(BUCKET, "key", Optional.empty());
      assertThat(now.attributes().tags()).containsEntry("a", "b");
      assertThat(files).contains(Optional.of(blobs().getFirst()));
      assertThat(blobs()).hasSize(1);
    }
  }

  @Test
  void bytesThatSomebodyTookFromTheDiskAreToldAndNotWaitedFor() throws IOException {
    putInParts("key");
    Files.delete(blobs().getFirst());
    assertThatThrownBy(() -> store.file(BUCKET, "key")).hasMessageContaining("gone from the disk");
    assertThatThrownBy(() -> store.read(BUCKET, "key", Optional.empty()))
        .hasMessageContaining("gone from the disk");
  }

  @Test
  void readersListersAndCopiersNeverMeetHalfOfAnObject()
      throws IOException, InterruptedException, ExecutionException {
    List<Callable<Object>> all = new ArrayList<>();
    AtomicInteger writing = new AtomicInteger(3);
    for (int writer = 0; writer < 3; writer++) {
      String text = String.valueOf(writer).repeat(5_000);
      all.add(() -> {
        try {
          for (int i = 0; i < 100; i++) {
            put("key", text);
            store.delete(BUCKET, i % 2 == 0 ? "key" : "copy", Optional.empty(), Precondition.NONE);
          }
        } finally {
          writing.decrementAndGet();
        }
        return text;
      });
    }
    for (int reader = 0; reader < 4; reader++) {
      boolean copies = reader == 0;
      all.add(() -> {
        while (writing.get() > 0) {
          readOnce(copies);
        }
        return "read";
      });
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Object> done : threads.invokeAll(all)) {
        done.get();
      }
    }
    store.delete(BUCKET, "key", Optional.empty(), Precondition.NONE);
    store.delete(BUCKET, "copy", Optional.empty(), Precondition.NONE);
    assertThat(blobs()).isEmpty();
  }

  private void readOnce(boolean copies) throws IOException {
    store
        .list(BUCKET, new Listing("", "", "", 10))
        .objects()
        .forEach(object -> assertThat(object.size()).isEqualTo(5_000));
    try (Reading reading = store.read(BUCKET, "key", Optional.empty());
        InputStream in = reading.stream(0, Long.MAX_VALUE)) {
      if (copies) {
        store.put(BUCKET, "copy", store.duplicate(reading), Attributes.NONE, Precondition.NONE);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(text).isEqualTo(text.substring(0, 1).repeat(5_000));
    } catch (StoreException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_KEY); // deleted just then
    }
  }

  @Test
  void anUploadIsCompletedOrAbortedAndNeverBoth()
      throws IOException, InterruptedException, ExecutionException {
    for (int i = 0; i < 30; i++) {
      String key = "key " + i;
      Upload upload = store.uploads().begin(BUCKET, key, Attributes.NONE, Optional.empty(), false);
      Part.Named part = putPart(upload, 1, new byte[] {1, 2, 3});
      List<Callable<Object>> all =
          List.of(
              () -> store.uploads().complete(upload, List.of(part), Precondition.NONE),
              () -> store.uploads().complete(upload, List.of(part), Precondition.NONE),
              () -> {
                store.uploads().abort(upload);
                return "aborted";
              },
              () -> putPart(upload, 2, new byte[] {4}));
      List<Object> done = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Object> each : threads.invokeAll(all).subList(0, 3)) {
          if (each.state() == Future.State.SUCCESS) {
            done.add(each.get());
          } else {
            assertThat(each.exceptionNow()).hasMessageContaining("upload does not exist");
          }
        }
      }
      assertThat(done).hasSize(1);
      assertThat(store.findObject(BUCKET, key).isPresent())
          .isEqualTo(done.getFirst() instanceof StoredObject);
      store.delete(BUCKET, key, Optional.empty(), Precondition.NONE);
      assertThat(blobs()).isEmpty();
    }
  }

  private Part.Named putPart(Upload upload, int number, byte[] bytes) throws IOException {
    Uploads.NewPart written = store.uploads().newPart(upload, number, Optional.empty());
    try (OutputStream out = written.blob().out()) {
      out.write(bytes);
    }
    Segment segment = written.blob().segment(bytes.length);
    Content content = new Content(bytes.length, "0123456789abcdef", List.of(segment), List.of());
    Part part = store.uploads().put(written, content, Optional.empty());
    return new Part.Named(part.number(), part.content().etag());
  }

  /** An object whose bytes are in two files. */
  private StoredObject putInParts(String key) throws IOException {
    Upload upload = store.uploads().begin(BUCKET, key, Attributes.NONE, Optional.empty(), false);
    List<Part.Named> named = new ArrayList<>();
    named.add(putPart(upload, 1, new byte[(int) Uploads.LEAST_PART]));
    named.add(putPart(upload, 2, new byte[] {1, 2, 3}));
    return store.uploads().complete(upload, named, Precondition.NONE);
  }

  private void put(String key, String text) throws IOException {
    store.write(
        BUCKET, key, Attributes.NONE, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private String text(String key) throws IOException {
    try (InputStream in = store.read(BUCKET, key, Optional.empty()).stream(0, Long.MAX_VALUE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<Path> blobs() throws IOException {
    Path blobs = folder.toRealPath().resolve("blobs");
    if (!Files.exists(blobs)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(blobs)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
