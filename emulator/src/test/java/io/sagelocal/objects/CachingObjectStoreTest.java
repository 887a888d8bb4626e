package io.sagelocal.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.state.FakeTimeline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of a store elsewhere, under the contract and beyond. */
class CachingObjectStoreTest implements ObjectStoreContract {
  private static final S3Uri KEY = S3Uri.parse("s3://bucket/key");
  private static final long LIMIT = 100_000;

  @TempDir Path folder;
  private final AtomicInteger reads = new AtomicInteger();
  private final FakeTimeline timeline = new FakeTimeline();
  private final FakeObjectStore elsewhere = new FakeObjectStore();

  /** Who reads is counted, and may be disturbed. */
  private volatile Disturbance disturbance = in -> in;

  @Override
  public ObjectStore store() {
    return store(LIMIT);
  }

  private ObjectStore store(long limit) {
    return new CachingObjectStore(new CountedStore(), folder, limit, timeline::now);
  }

  @Test
  void whatWasFetchedIsNotFetchedAgain() throws IOException {
    elsewhere.put("s3://bucket/key", "text");
    ObjectStore store = store();
    assertThat(kept(store)).hasContent("text");
    assertThat(kept(store)).hasContent("text").isEqualTo(kept(store));
    assertThat(kept(store())).as("by another process").hasContent("text");
    assertThat(reads).hasValue(1);
  }

  @Test
  void theSameBytesUnderAnotherKeyAreAnothersFile() throws IOException {
    elsewhere.put("s3://bucket/key", "text").put("s3://other/key", "text");
    ObjectStore store = store();
    assertThat(store.keptFile(S3Uri.parse("s3://other/key"), Optional.empty()))
        .isNotEqualTo(Optional.of(kept(store)));
  }

  @Test
  void aChangedObjectIsFetchedAnewAlsoWhereItIsSeenAsItWas() throws IOException {
    elsewhere.put("s3://bucket/key", "old");
    ObjectStore store = store();
    ObjectInfo seen = store.find(KEY).orElseThrow();
    elsewhere.put("s3://bucket/key", "new");
    assertThat(store.keptFile(KEY, Optional.of(seen)).orElseThrow()).hasContent("new");
    elsewhere.put("s3://bucket/key", "newer");
    assertThat(kept(store)).hasContent("newer");
  }

  @Test
  void anObjectThatChangesInTheMidstOfAFetchIsNeverMixed() throws IOException {
    byte[] old = new byte[(70 << 20) + 5];
    byte[] fresh = new byte[old.length];
    new Random(1).nextBytes(old);
    new Random(2).nextBytes(fresh);
    elsewhere.put("s3://bucket/key", old);
    AtomicInteger opened = new AtomicInteger();
    disturbance =
        in -> {
          if (opened.incrementAndGet() == 2) {
            elsewhere.put("s3://bucket/key", fresh);
          }
          return in;
        };
    Path file = kept(store(1 << 30));
    assertThat(Files.mismatch(file, Files.write(folder.resolve("fresh"), fresh))).isEqualTo(-1);
  }

  @Test
  void anObjectThatNeverStaysIsRefused() {
    elsewhere.put("s3://bucket/key", "0");
    AtomicInteger version = new AtomicInteger();
    disturbance =
        in -> {
          elsewhere.put("s3://bucket/key", "" + version.incrementAndGet());
          throw new ObjectChangedException(KEY);
        };
    assertThatThrownBy(() -> kept(store()))
        .isInstanceOf(ObjectChangedException.class)
        .hasMessageContaining("s3://bucket/key was changed");
  }

  @Test
  void whatIsNotThereIsToldByName() {
    assertThatThrownBy(() -> store().keptFile(KEY, Optional.empty()))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("s3://bucket/key");
  }

  @Test
  void aFetchThatFailsLeavesNothingAndIsDoneAgain() throws IOException {
    elsewhere.put("s3://bucket/key", "text");
    disturbance = in -> new Ending(in, 2);
    assertThatThrownBy(() -> kept(store())).hasMessageContaining("ended after 2 of 4 bytes");
    disturbance = in -> new Failing(in);
    assertThatThrownBy(() -> kept(store())).hasMessage("the line is gone");
    assertThat(files()).isEmpty();
    disturbance = in -> in;
    assertThat(kept(store())).hasContent("text");
  }

  @Test
  void whatACrashOrAPowerCutLeftIsNotUsed() throws IOException {
    elsewhere.put("s3://bucket/key", "text");
    Path file = kept(store());
    Files.writeString(file, "te");
    Path half = Files.writeString(folder.resolve("under-way").resolve("half"), "te");
    assertThat(kept(store())).hasContent("text");
    assertThat(half).doesNotExist();
    assertThat(reads).hasValue(2);
  }

  @Test
  void manyWhoWantItAtOnceFetchItOnce()
      throws IOException, InterruptedException, ExecutionException {
    elsewhere.put("s3://bucket/key", "text");
    ObjectStore store = store();
    List<Callable<Path>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(() -> kept(store));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Path> one : threads.invokeAll(all)) {
        assertThat(one.get()).hasContent("text");
      }
    }
    assertThat(reads).hasValue(1);
  }

  @Test
  void whoeverWaitsFetchesItWhenTheFirstIsGivenUp() throws Exception {
    elsewhere.put("s3://bucket/key", "text");
    ObjectStore store = store();
    CountDownLatch reading = new CountDownLatch(1);
    disturbance =
        in -> {
          disturbance = other -> other;
          reading.countDown();
          return new Hanging(in);
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Path> first = threads.submit(() -> kept(store));
      reading.await();
      Future<Path> second = threads.submit(() -> kept(store));
      first.cancel(true);
      assertThat(second.get()).hasContent("text");
    }
  }

  @Test
  void whatWasUsedLongestAgoGoesFirst() throws IOException {
    ObjectStore store = store();
    for (String name : List.of("a", "b", "c", "d")) {
      timeline.advance(Duration.ofMinutes(1));
      elsewhere.put("s3://bucket/" + name, name.repeat(30_000));
      keep(store, name);
      timeline.advance(Duration.ofMinutes(1));
      store = name.equals("c") ? store() : store; // another process knows the order too
      keep(store, "a");
    }
    assertThat(files()).hasSize(3);
    int before = reads.get();
    for (String name : List.of("a", "c", "d")) {
      keep(store, name);
    }
    assertThat(reads).hasValue(before);
    keep(store, "b");
    assertThat(reads).hasValue(before + 1);
  }

  @Test
  void whoHoldsALinkKeepsTheBytesOfWhatGoes() throws IOException {
    elsewhere.put("s3://bucket/key", "text").put("s3://bucket/large", "x".repeat((int) LIMIT));
    ObjectStore store = store();
    Path file = kept(store);
    Path link = Files.createLink(folder.resolve("link"), file);
    store.keptFile(S3Uri.parse("s3://bucket/large"), Optional.empty());
    assertThat(file).doesNotExist();
    assertThat(link).hasContent("text");
    assertThat(kept(store)).hasContent("text");
  }

  @Test
  void whatIsLargerThanAllThatMayBeKeptIsNotKept() throws IOException {
    elsewhere.put("s3://bucket/key", "x".repeat((int) LIMIT + 1));
    assertThat(store().keptFile(KEY, Optional.empty())).isEmpty();
    assertThat(reads).hasValue(0);
  }

  @Test
  void aDeletedBucketTakesWhatIsKeptOfItAlong() throws IOException {
    elsewhere.put("s3://bucket/key", "text").put("s3://other/key", "text");
    ObjectStore store = store();
    kept(store);
    store.keptFile(S3Uri.parse("s3://other/key"), Optional.empty());
    store.deleteBucket("bucket");
    assertThat(files()).hasSize(1);
  }

  @Test
  void whatSomebodyRemovedIsFetchedAnew() throws IOException {
    elsewhere.put("s3://bucket/key", "text");
    ObjectStore store = store();
    kept(store);
    assertThat(CachingObjectStore.removeAll(folder)).isEqualTo(1);
    assertThat(files()).isEmpty();
    assertThat(kept(store)).hasContent("text");
  }

  @Test
  void aDownloadLinksWhatIsKeptAndCopiesItWhereItMayBeWrittenTo() throws Exception {
    elsewhere.put("s3://bucket/key", "text");
    ObjectStore store = store();
    for (boolean unchanging : List.of(true, false)) {
      Path file = folder.resolve("file-" + unchanging);
      try (Downloads downloads = new Downloads(store, unchanging)) {
        downloads.add(store.find(KEY).orElseThrow(), file);
        downloads.finish();
      }
      assertThat(file).hasContent("text");
      assertThat(Files.isSameFile(file, kept(store))).isEqualTo(unchanging);
    }
    assertThat(reads).hasValue(1);
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all.map(path -> String.valueOf(path.getFileName())))
          .containsExactlyInAnyOrder("files", "under-way", "file-true", "file-false");
    }
  }

  private static void keep(ObjectStore store, String key) throws IOException {
    store.keptFile(new S3Uri("bucket", key), Optional.empty());
  }

  private static Path kept(ObjectStore store) throws IOException {
    return store.keptFile(KEY, Optional.empty()).orElseThrow();
  }

  private Set<Path> files() throws IOException {
    Path files = folder.resolve("files");
    if (!Files.isDirectory(files)) {
      return Set.of();
    }
    try (Stream<Path> all = Files.walk(files)) {
      return Set.copyOf(all.filter(Files::isRegularFile).toList());
    }
  }

  private interface Disturbance {
    InputStream of(InputStream in);
  }

  /** Ends too early. */
  private static final class Ending extends FilterInputStream {
    private int left;

    Ending(InputStream in, int left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = left == 0 ? -1 : super.read(bytes, offset, Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }
  }

  private static final class Failing extends FilterInputStream {
    Failing(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      throw new IOException("the line is gone");
    }
  }

  /** Until it is interrupted. */
  private static final class Hanging extends FilterInputStream {
    Hanging(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        new CountDownLatch(1).await();
        return -1;
      } catch (InterruptedException e) {
        throw new InterruptedIOException("interrupted");
      }
    }
  }

  private final class CountedStore extends ForwardingObjectStore {
    CountedStore() {
      super(elsewhere);
    }

    /** One after the other, so that a change comes between two. */
    @Override
    public synchronized InputStream read(ObjectInfo seen, long offset, long length) {
      reads.incrementAndGet();
      return disturbance.of(super.read(seen, offset, length));
    }
  }
}
