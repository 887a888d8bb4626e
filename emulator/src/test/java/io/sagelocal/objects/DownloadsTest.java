package io.sagelocal.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsTest {
  private final FakeObjectStore store = new FakeObjectStore();

  @TempDir Path folder;

  @Test
  void manyObjectsArriveWhole() throws IOException, InterruptedException {
    try (Downloads downloads = new Downloads(store, false)) {
      for (int i = 0; i < 200; i++) {
        store.put("s3://bucket/" + i, "object " + i);
        downloads.add(S3Uri.parse("s3://bucket/" + i), folder.resolve("" + i));
      }
      downloads.finish();
    }
    for (int i = 0; i < 200; i++) {
      assertThat(folder.resolve("" + i)).hasContent("object " + i);
    }
  }

  @Test
  void aLargeObjectComesInStretchesAndIsWhole() throws IOException, InterruptedException {
    byte[] bytes = new byte[(70 << 20) + 5];
    new Random(3).nextBytes(bytes);
    store.put("s3://bucket/large", bytes);
    try (Downloads downloads = new Downloads(store, false)) {
      downloads.add(S3Uri.parse("s3://bucket/large"), folder.resolve("large"));
      downloads.finish();
    }
    assertThat(Files.readAllBytes(folder.resolve("large"))).isEqualTo(bytes);
  }

  @Test
  void aHugeObjectDoesNotComeAllAtOnce() throws IOException, InterruptedException {
    S3Uri huge = S3Uri.parse("s3://bucket/huge");
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ObjectStore zeros =
        new ForwardingObjectStore(store) {
          @Override
          public InputStream read(ObjectInfo seen, long offset, long length) {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            return new ByteArrayInputStream(new byte[(int) length]) {
              @Override
              public void close() {
                open.decrementAndGet();
              }
            };
          }
        };
    try (Downloads downloads = new Downloads(zeros, false)) {
      downloads.add(new ObjectInfo(huge, 12L * (32 << 20), "etag"), folder.resolve("huge"));
      downloads.finish();
    }
    assertThat(folder.resolve("huge")).hasSize(12L * (32 << 20));
    assertThat(most.get()).isBetween(2, 8);
  }

  @Test
  void whatWasReplacedSinceItWasListedComesAsItIsNow() throws IOException, InterruptedException {
    store.put("s3://bucket/key", "what it was");
    ObjectInfo seen = store.find(S3Uri.parse("s3://bucket/key")).orElseThrow();
    store.put("s3://bucket/key", "new");
    try (Downloads downloads = new Downloads(store, false)) {
      downloads.add(seen, folder.resolve("file"));
      downloads.finish();
    }
    assertThat(folder.resolve("file")).hasContent("new");
  }

  @Test
  void whatIsNotThereIsToldByName() throws IOException, InterruptedException {
    store.put("s3://bucket/there", "x");
    try (Downloads downloads = new Downloads(store, false)) {
      downloads.add(S3Uri.parse("s3://bucket/missing"), folder.resolve("missing"));
      assertThatThrownBy(downloads::finish)
          .isInstanceOfSatisfying(
              ObjectNotFoundException.class,
              e -> assertThat(e.uri()).isEqualTo(S3Uri.parse("s3://bucket/missing")));
    }
  }

  @Test
  void whatIsGivenUpEndsInTheMidstOfALargeObject() throws Exception {
    Path large = folder.resolve("large");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength(64L << 30);
    }
    store.put("s3://bucket/large", "").file("s3://bucket/large", large);
    Path file = folder.resolve("file");
    try (Downloads downloads = new Downloads(store, false)) {
      downloads.add(S3Uri.parse("s3://bucket/large"), file);
      while (file.toFile().length() == 0) {
        Thread.onSpinWait();
      }
      downloads.giveUp();
      assertThatThrownBy(downloads::finish).isInstanceOf(CancellationException.class);
      assertThatThrownBy(() -> downloads.add(S3Uri.parse("s3://bucket/large"), folder.resolve("b")))
          .isInstanceOf(CancellationException.class);
    }
    assertThat(file.toFile().length()).isLessThan(32L << 30);
  }

  @Test
  void aFileThatIsThereIsNotWrittenOver() throws IOException {
    store.put("s3://bucket/key", "new");
    Path file = Files.writeString(folder.resolve("file"), "old");
    try (Downloads downloads = new Downloads(store, false)) {
      assertThatThrownBy(() -> downloads.add(S3Uri.parse("s3://bucket/key"), file))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
    assertThat(file).hasContent("old");
  }
}
