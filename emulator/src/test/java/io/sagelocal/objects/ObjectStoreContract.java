package io.sagelocal.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What features rely on of any object store. */
public interface ObjectStoreContract {
  ObjectStore store();

  default String bucket() {
    String bucket = "bucket-" + UUID.randomUUID();
    store().createBucket(bucket);
    return bucket;
  }

  @Test
  default void whatIsWrittenCanBeRead(@TempDir Path folder) throws IOException {
    S3Uri uri = new S3Uri(bucket(), "a folder/grüße.txt");
    Path file = Files.writeString(folder.resolve("file"), "hello");
    store().write(uri, file);
    store().write(uri, file);
    try (InputStream in = store().read(uri)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("hello");
    }
    assertThat(store().find(uri)).map(ObjectInfo::size).contains(5L);
    store().localFile(uri).ifPresent(local -> assertThat(local).hasContent("hello"));
  }

  @Test
  default void aStretchIsReadAlone(@TempDir Path folder) throws IOException {
    S3Uri uri = new S3Uri(bucket(), "key");
    store().write(uri, Files.writeString(folder.resolve("file"), "0123456789"));
    try (InputStream in = store().read(uri, 3, 4)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("3456");
    }
    try (InputStream in = store().read(uri, 8, 100)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("89");
    }
  }

  @Test
  default void aStretchIsOfTheObjectThatWasSeen() throws IOException {
    S3Uri uri = new S3Uri(bucket(), "key");
    store().write(uri, out -> out.write("0123456789".getBytes(StandardCharsets.UTF_8)));
    ObjectInfo seen = store().find(uri).orElseThrow();
    try (InputStream in = store().read(seen, 3, 4)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("3456");
    }
    store().write(uri, out -> out.write("abcdefghij".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> store().read(seen, 3, 4)).isInstanceOf(ObjectChangedException.class);
    store().write(uri, out -> out.write('x'));
    assertThatThrownBy(() -> store().read(seen, 3, 4)).isInstanceOf(ObjectChangedException.class);
    store().delete(uri);
    assertThatThrownBy(() -> store().read(seen, 3, 4)).isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  default void aStretchBehindTheEndIsEmpty() throws IOException {
    S3Uri uri = new S3Uri(bucket(), "key");
    for (String text : List.of("", "text")) {
      store().write(uri, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
      try (InputStream in = store().read(uri, text.length(), 10)) {
        assertThat(in.readAllBytes()).isEmpty();
      }
    }
  }

  @Test
  default void bytesGoToTheStoreWhileTheyAreWritten() throws IOException {
    S3Uri uri = new S3Uri(bucket(), "key");
    byte[] piece = "0123456789abcdef".repeat(1 << 12).getBytes(StandardCharsets.UTF_8);
    int pieces = 300; // more than one part of an upload in parts
    store()
        .write(
            uri,
            out -> {
              for (int i = 0; i < pieces; i++) {
                out.write(piece);
              }
            });
    assertThat(store().find(uri)).map(ObjectInfo::size).contains((long) pieces * piece.length);
    try (InputStream in = store().read(uri, 299L * piece.length, piece.length)) {
      assertThat(in.readAllBytes()).isEqualTo(piece);
    }
  }

  @Test
  default void whatIsBesideTheBytesIsKept() throws IOException {
    S3Uri uri = new S3Uri(bucket(), "key");
    ObjectProperties properties =
        new ObjectProperties(
            Map.of(
                "content-type", "text/csv; charset=utf-8",
                "cache-control", "no-cache",
                "content-encoding", "gzip",
                "x-amz-meta-origin", "field 7"),
            Map.of("team", "a b+c/=@", "empty", ""));
    store().write(uri, properties, out -> out.write('x'));
    assertThat(store().properties(uri)).isEqualTo(properties);
    store().write(uri, out -> out.write('x'));
    assertThat(store().properties(uri).tags()).isEmpty();
    assertThat(store().properties(uri).headers()).doesNotContainKey("x-amz-meta-origin");
    assertThatThrownBy(() -> store().properties(new S3Uri(uri.bucket(), "missing")))
        .isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  default void aWritingThatFailsLeavesWhatWasThere() throws IOException {
    S3Uri uri = new S3Uri(bucket(), "key");
    store().write(uri, out -> out.write('x'));
    assertThatThrownBy(() ->
            store()
                .write(
                    uri,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("the disk is gone");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is gone");
    assertThat(store().find(uri)).map(ObjectInfo::size).contains(1L);
  }

  @Test
  default void whatIsWrittenWithAKeyIsReadLikeAnyOther(@TempDir Path folder) throws IOException {
    String bucket = bucket();
    S3Uri streamed = new S3Uri(bucket, "streamed");
    S3Uri file = new S3Uri(bucket, "file");
    ObjectStore encrypting = store().encryptingWith("alias/key").orElseGet(this::store);
    encrypting.write(streamed, out -> out.write('x'));
    encrypting.write(file, Files.writeString(folder.resolve("file"), "x"));
    for (S3Uri uri : List.of(streamed, file)) {
      try (InputStream in = store().read(uri)) {
        assertThat(in.readAllBytes()).asString().isEqualTo("x");
      }
    }
  }

  @Test
  default void aKeyMayBeTheFolderOfAnother() throws IOException {
    String bucket = bucket();
    store().write(new S3Uri(bucket, "a"), out -> out.write('1'));
    store().write(new S3Uri(bucket, "a/b"), out -> out.write('2'));
    List<String> listed = new ArrayList<>();
    store().list(new S3Uri(bucket, ""), object -> listed.add(object.uri().key()));
    assertThat(listed).containsExactly("a", "a/b");
  }

  @Test
  default void aListIsWholeAndInOrder(@TempDir Path folder) throws IOException {
    String bucket = bucket();
    Path file = Files.writeString(folder.resolve("file"), "x");
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 1_050; i++) {
      keys.add("many/%04d".formatted(i));
      store().write(new S3Uri(bucket, keys.getLast()), file);
    }
    store().write(new S3Uri(bucket, "other"), file);
    List<String> listed = new ArrayList<>();
    store().list(new S3Uri(bucket, "many/"), object -> listed.add(object.uri().key()));
    assertThat(listed).isEqualTo(keys);
  }

  @Test
  default void aBucketIsListedAndDeletedWithAllThatIsInIt(@TempDir Path folder) throws IOException {
    String bucket = bucket();
    store().write(new S3Uri(bucket, "a/b"), Files.writeString(folder.resolve("file"), "x"));
    assertThat(store().buckets()).contains(bucket);
    store().deleteBucket(bucket);
    store().deleteBucket(bucket);
    assertThat(store().buckets()).doesNotContain(bucket);
    assertThat(store().hasBucket(bucket)).isFalse();
  }

  @Test
  default void whatIsNotThereIsNamed(@TempDir Path folder) throws IOException {
    S3Uri nowhere = new S3Uri("no-such-bucket-" + UUID.randomUUID(), "key");
    S3Uri missing = new S3Uri(bucket(), "key");
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThat(store().find(missing)).isEmpty();
    assertThat(store().find(nowhere)).isEmpty();
    assertThat(store().localFile(missing)).isEmpty();
    assertThatThrownBy(() -> store().read(missing))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining(missing.toString());
    assertThatThrownBy(() -> store().write(nowhere, file))
        .isInstanceOf(ObjectNotFoundException.class);
    assertThatThrownBy(() -> store().list(nowhere, object -> {}))
        .isInstanceOf(ObjectNotFoundException.class);
    store().delete(missing);
  }

  @Test
  default void aBucketThatIsThereIsFine() {
    String bucket = bucket();
    store().createBucket(bucket);
    assertThat(store().hasBucket(bucket)).isTrue();
    assertThat(store().hasBucket("no-such-bucket-" + UUID.randomUUID())).isFalse();
  }
}
