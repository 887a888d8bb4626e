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
