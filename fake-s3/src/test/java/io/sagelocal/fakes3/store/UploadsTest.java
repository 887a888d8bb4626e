package io.sagelocal.fakes3.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the bytes of parts are. A part is full of its mark, which is in its entity tag too. */
class UploadsTest {
  private static final String BUCKET = "bucket";
  private static final String KEY = "key";
  private static final int FULL = (int) Uploads.LEAST_PART;
  private static final int SHORT = 1000;

  @TempDir Path folder;
  private Store store;
  private Upload upload;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(folder, Clock.systemUTC());
    store.buckets().create(BUCKET, Buckets.DEFAULT_REGION);
    upload = begin();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void partsOfOneLengthAreOneFileFromTheBeginning() throws IOException {
    Writing last = new Writing(4, SHORT, 'd');
    Writing second = new Writing(2, FULL, 'b');
    Writing first = new Writing(1, FULL, 'a');
    Writing third = new Writing(3, FULL, 'c');
    last.discard(); // and sent again behind the others
    List<Part.Named> named = new ArrayList<>();
    for (Writing part : List.of(second, first, third, new Writing(4, SHORT, 'd'))) {
      named.add(part.write().put());
    }
    named.sort((one, other) -> Integer.compare(one.number(), other.number()));
    List<Path> before = blobs();
    complete(named);
    assertThat(before).hasSize(1);
    assertThat(blobs()).isEqualTo(before);
    assertThat(store.file(BUCKET, KEY)).contains(before.getFirst());
    assertHolds(FULL, 'a', FULL, 'b', FULL, 'c', SHORT, 'd');
    assertThat(object().content().segments()).hasSize(1);
  }

  @Test
  void theShortLastPartMayComeFirst() throws IOException {
    Part.Named last = put(3, SHORT, 'c');
    complete(List.of(put(1, FULL, 'a'), put(2, FULL, 'b'), last));
    assertHolds(FULL, 'a', FULL, 'b', SHORT, 'c');
    assertLeavesNothing();
  }

  @Test
  void aPartOfUnknownLengthHasAFileOfItsOwn() throws IOException {
    Part.Named first = put(1, FULL, 'a');
    Writing second = new Writing(2, Optional.empty(), FULL, 'b');
    complete(List.of(first, second.write().put(), put(3, FULL, 'c')));
    assertHolds(FULL, 'a', FULL, 'b', FULL, 'c');
    assertLeavesNothing();
  }

  @Test
  void aPartStaysUntilOneOfItsNumberIsAccepted() throws IOException {
    Part.Named before = put(1, FULL, 'a');
    Part.Named second = put(2, FULL, 'b');
    new Writing(1, FULL, 'x').write().discard();
    complete(List.of(before, second));
    assertHolds(FULL, 'a', FULL, 'b');
    assertThat(blobs()).hasSize(1);
  }

  @Test
  void aPartIsReplacedByOneOfItsNumber() throws IOException {
    put(1, FULL, 'x');
    Part.Named second = put(2, FULL, 'b');
    put(1, FULL, 'y');
    complete(List.of(put(1, FULL, 'a'), second));
    assertHolds(FULL, 'a', FULL, 'b');
    assertLeavesNothing();
  }

  @Test
  void twoOfOneNumberAtATimeDoNotMix() throws IOException {
    Writing one = new Writing(1, FULL, 'x').write();
    Writing other = new Writing(1, FULL, 'a').write();
    one.put();
    complete(List.of(other.put(), put(2, SHORT, 'b')));
    assertHolds(FULL, 'a', SHORT, 'b');
    assertLeavesNothing();
  }

  @Test
  void aRefusedPartLeavesNothing() throws IOException {
    new Writing(2, FULL, 'x').write().discard();
    assertThat(blobs()).isEmpty();
    assertThat(store.uploads().parts(upload)).isEmpty();
    complete(List.of(put(1, FULL, 'a'), put(2, FULL, 'b')));
    assertHolds(FULL, 'a', FULL, 'b');
    assertThat(blobs()).hasSize(1);
  }

  @Test
  void aNumberOutOfRangeMakesNoFile() throws IOException {
    for (int number : List.of(0, 10_001)) {
      assertThatThrownBy(() -> put(number, SHORT, 'a'))
          .hasMessageContaining("between 1 and 10000 but was: " + number);
    }
    assertThat(blobs()).isEmpty();
  }

  @Test
  void aPlaceTakesNoMoreThanWasAnnounced() throws IOException {
    Part.Named second = put(2, FULL, 'b');
    Writing first = new Writing(1, FULL, 'a').write();
    assertThatThrownBy(() -> first.out().write('x'))
        .hasMessageContaining("more bytes than were announced");
    complete(List.of(first.put(), second));
    assertHolds(FULL, 'a', FULL, 'b');
  }

  @Test
  void whatIsNotNamedIsCutOff() throws IOException {
    List<Part.Named> named = List.of(put(1, FULL, 'a'), put(2, FULL, 'b'));
    put(3, FULL, 'x');
    complete(named);
    assertThat(blobs()).hasSize(1);
    assertThat(blobs().getFirst()).hasSize(2L * FULL);
    assertHolds(FULL, 'a', FULL, 'b');
    assertLeavesNothing();
  }

  @Test
  void whatACrashKeptFromBeingCutOffIsCutOffBeforeAnybodyGetsTheFile() throws IOException {
    complete(List.of(put(1, FULL, 'a')));
    Files.write(blobs().getFirst(), new byte[SHORT], StandardOpenOption.APPEND);
    assertHolds(FULL, 'a');
  }

  @Test
  void aHoleIsNeverShown() throws IOException {
    Part.Named first = put(1, FULL, 'a');
    put(2, FULL, 'x');
    complete(List.of(first, put(3, FULL, 'c'), put(5, SHORT, 'e')));
    assertHolds(FULL, 'a', FULL, 'c', SHORT, 'e');
    assertLeavesNothing();
  }

  @Test
  void aCopyOfWhatLiesApartOutlivesItsSource() throws IOException {
    complete(List.of(put(1, FULL, 'a'), put(3, FULL, 'c')));
    try (Reading source = store.read(BUCKET, KEY, Optional.empty())) {
      store.put(BUCKET, "copy", store.duplicate(source), Attributes.NONE, Precondition.NONE);
    }
    assertHolds(FULL, 'a', FULL, 'c');
    store.delete(BUCKET, KEY, Optional.empty(), Precondition.NONE);
    assertHolds("copy", FULL, 'a', FULL, 'c');
    store.delete(BUCKET, "copy", Optional.empty(), Precondition.NONE);
    assertThat(blobs()).isEmpty();
  }

  @Test
  void aPartUnderWayDoesNotReachTheCompletedObject() throws IOException {
    Writing late = new Writing(3, FULL, 'x');
    Writing written = new Writing(4, FULL, 'y').write();
    complete(List.of(put(1, FULL, 'a'), put(2, FULL, 'b')));
    assertThatThrownBy(late::write).hasMessageContaining("completed or aborted");
    late.discard();
    assertThatThrownBy(written::put).hasMessageContaining("upload does not exist");
    assertThatThrownBy(() -> put(5, FULL, 'z')).hasMessageContaining("upload does not exist");
    assertHolds(FULL, 'a', FULL, 'b');
    assertLeavesNothing();
  }

  @Test
  void aRefusedCompletionCutsNoPartOff() throws IOException {
    Writing second = new Writing(2, SHORT, 'b');
    Part.Named first = put(1, FULL, 'a');
    assertThatThrownBy(() -> complete(List.of(first, new Part.Named(2, "ff"))))
        .hasMessageContaining("was not uploaded");
    complete(List.of(first, second.write().put()));
    assertHolds(FULL, 'a', SHORT, 'b');
    assertThat(blobs()).hasSize(1);
  }

  @Test
  void anAbortedUploadLeavesNothingWhateverIsUnderWay() throws IOException {
    Writing late = new Writing(3, FULL, 'x');
    put(1, FULL, 'a');
    store.uploads().abort(upload);
    assertThat(blobs()).isEmpty();
    assertThatThrownBy(late::write).hasMessageContaining("completed or aborted");
    late.discard();
    assertThatThrownBy(() -> put(2, FULL, 'b')).hasMessageContaining("upload does not exist");
    assertThat(blobs()).isEmpty();
  }

  @Test
  void aDeletedBucketTakesItsUploadsAlong() throws IOException {
    Writing late = new Writing(2, FULL, 'x');
    put(1, FULL, 'a');
    store.deleteBucket(BUCKET);
    assertThatThrownBy(late::write).hasMessageContaining("completed or aborted");
    assertThat(blobs()).isEmpty();
  }

  @Test
  void anUploadGoesOnAfterACrash() throws IOException {
    Part.Named first = put(1, FULL, 'a');
    put(2, FULL, 'x');
    new Writing(3, FULL, 'y').write(); // and was never put
    store.close();
    store = Store.open(folder, Clock.systemUTC());
    complete(List.of(first, put(2, FULL, 'b'), put(3, SHORT, 'c')));
    assertHolds(FULL, 'a', FULL, 'b', SHORT, 'c');
    assertLeavesNothing();
  }

  @Test
  void aPartThatIsReplacedAfterACrashTakesNoOtherAlong() throws IOException {
    put(1, FULL, 'x');
    Part.Named second = put(2, FULL, 'b');
    store.close();
    store = Store.open(folder, Clock.systemUTC());
    put(1, FULL, 'y');
    complete(List.of(put(1, FULL, 'a'), second));
    assertHolds(FULL, 'a', FULL, 'b');
    assertLeavesNothing();
  }

  @Test
  void anObjectHoldsItsPartsWhateverHappenedOnTheWay() throws IOException, InterruptedException {
    for (int seed = 0; seed < 25; seed++) {
      Random random = new Random(seed);
      upload = begin();
      Map<Integer, Writing> accepted = new TreeMap<>();
      List<Writing> underWay = new ArrayList<>();
      for (int step = 0; step < 16; step++) {
        step(random, accepted, underWay);
      }
      if (random.nextInt(4) == 0) {
        underWay.clear();
        store.close();
        store = Store.open(folder, Clock.systemUTC());
      }
      List<Writing> chosen = accepted.values().stream().filter(p -> random.nextInt(9) > 0).toList();
      if (chosen.isEmpty()) {
        store.uploads().abort(upload);
      } else {
        complete(chosen.stream().map(Writing::named).toList());
      }
      for (Writing late : underWay) {
        assertThatThrownBy(() -> late.write().put()).isInstanceOf(StoreException.class);
        late.discard();
      }
      if (!chosen.isEmpty()) {
        assertHolds("seed " + seed, KEY, chosen);
      }
      store.delete(BUCKET, KEY, Optional.empty(), Precondition.NONE);
      for (int i = 0; i < 500 && !blobs().isEmpty(); i++) {
        Thread.sleep(10); // what the crash left is swept beside the work
      }
      assertThat(blobs()).as("seed %d", seed).isEmpty();
    }
  }

  private void step(Random random, Map<Integer, Writing> accepted, List<Writing> underWay)
      throws IOException {
    int what = random.nextInt(8);
    if (what < 4 || underWay.isEmpty()) {
      int number = 1 + random.nextInt(4);
      int length = number == 4 ? SHORT : FULL + Math.max(0, random.nextInt(7) - 5);
      Optional<Long> told = random.nextInt(9) == 0 ? Optional.empty() : Optional.of((long) length);
      underWay.add(new Writing(number, told, length, (char) (random.nextInt(26) + 'a')));
      return;
    }
    Writing one = underWay.remove(random.nextInt(underWay.size()));
    if (what == 7) {
      one.out().write(new byte[SHORT / 2]);
      one.discard();
    } else {
      one.write().put();
      accepted.put(one.number, one);
    }
  }

  @Test
  void manyAtATimeMakeWholeObjectsToo()
      throws IOException, InterruptedException, ExecutionException {
    for (int round = 0; round < 8; round++) {
      upload = begin();
      List<Callable<Object>> all = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        int number = 1 + i % 3;
        char mark = (char) ('a' + i);
        all.add(() -> putOrMiss(number, number == 3 ? SHORT : FULL, mark));
      }
      all.add(4, () -> put(1, FULL, 'x')); // is there in any case
      all.add(() -> {
        List<Part> parts = store.uploads().parts(upload);
        return parts.isEmpty() ? "too early" : complete(parts.stream().map(this::named).toList());
      });
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Object> done : threads.invokeAll(all)) {
          done.get();
        }
      } catch (ExecutionException e) { // a part was replaced just then, or the upload was over
        assertThat(e).cause().isInstanceOf(StoreException.class);
      }
      if (store.findObject(BUCKET, KEY).isEmpty()) {
        List<Part> parts = store.uploads().parts(upload);
        complete(parts.stream().map(this::named).toList());
      }
      List<Writing> held = new ArrayList<>();
      byte[] bytes = bytes(KEY);
      int at = 0;
      for (long size : object().content().parts()) {
        held.add(new Writing((int) size, (char) bytes[at]));
        at += (int) size;
      }
      assertHolds("round " + round, KEY, held);
      assertLeavesNothing();
    }
  }

  private Object putOrMiss(int number, int length, char mark) throws IOException {
    Writing part = new Writing(number, length, mark);
    try {
      return part.write().put();
    } catch (StoreException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
      part.discard();
      return e;
    }
  }

  private Upload begin() {
    return store.uploads().begin(BUCKET, KEY, Attributes.NONE, Optional.empty(), false);
  }

  private Part.Named put(int number, int length, char mark) throws IOException {
    return new Writing(number, length, mark).write().put();
  }

  private Part.Named named(Part part) {
    return new Part.Named(part.number(), part.content().etag());
  }

  private StoredObject complete(List<Part.Named> named) {
    return store.uploads().complete(upload, named, Precondition.NONE);
  }

  private StoredObject object() {
    return store.requireObject(BUCKET, KEY, Optional.empty());
  }

  /** Lengths and marks, in turn. */
  private void assertHolds(Object... lengthsAndMarks) throws IOException {
    String key = lengthsAndMarks[0] instanceof String text ? text : KEY;
    List<Writing> parts = new ArrayList<>();
    for (int i = lengthsAndMarks.length % 2; i < lengthsAndMarks.length; i += 2) {
      parts.add(new Writing((int) lengthsAndMarks[i], (char) lengthsAndMarks[i + 1]));
    }
    assertHolds("bytes", key, parts);
  }

  private void assertHolds(String what, String key, List<Writing> parts) throws IOException {
    byte[] expected = new byte[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (Writing part : parts) {
      Arrays.fill(expected, at, at + part.length, (byte) part.mark);
      at += part.length;
    }
    assertThat(Arrays.equals(bytes(key), expected)).as("%s, read", what).isTrue();
    Path file = store.file(BUCKET, key).orElseThrow();
    assertThat(Arrays.equals(Files.readAllBytes(file), expected)).as("%s, a file", what).isTrue();
    assertThat(Arrays.equals(bytes(key), expected)).as("%s, read again", what).isTrue();
  }

  private byte[] bytes(String key) throws IOException {
    try (InputStream in = store.read(BUCKET, key, Optional.empty()).stream(0, Long.MAX_VALUE)) {
      return in.readAllBytes();
    }
  }

  private void assertLeavesNothing() throws IOException {
    store.delete(BUCKET, KEY, Optional.empty(), Precondition.NONE);
    assertThat(blobs()).isEmpty();
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

  /** A part that a client sends. */
  private final class Writing {
    final int number;
    final int length;
    final char mark;
    private final Optional<Uploads.NewPart> part;

    Writing(int number, int length, char mark) throws IOException {
      this(number, Optional.of((long) length), length, mark);
    }

    Writing(int number, Optional<Long> told, int length, char mark) throws IOException {
      this.number = number;
      this.length = length;
      this.mark = mark;
      this.part = Optional.of(store.uploads().newPart(upload, number, told));
    }

    /** One that is only expected. */
    Writing(int length, char mark) {
      this.number = 0;
      this.length = length;
      this.mark = mark;
      this.part = Optional.empty();
    }

    NewBlob blob() {
      return part.orElseThrow().blob();
    }

    OutputStream out() {
      return blob().out();
    }

    Writing write() throws IOException {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) mark);
      out().write(bytes, 0, length / 2);
      out().write(bytes, length / 2, length - length / 2);
      return this;
    }

    Part.Named put() throws IOException {
      out().close();
      Content content =
          new Content(length, named().etag(), List.of(blob().segment(length)), List.of());
      store.uploads().put(part.orElseThrow(), content, Optional.empty());
      return named();
    }

    Part.Named named() {
      return new Part.Named(number, HexFormat.of().toHexDigits(mark) + "%08x".formatted(length));
    }

    void discard() {
      try {
        out().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      blob().discard();
    }
  }
}
