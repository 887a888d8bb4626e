package io.sagelocal.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitFolderTest {
  private final FakeObjectStore store = new FakeObjectStore();

  @TempDir Path folder;

  @Test
  void foldersBecomeBucketsAndFilesTheirObjects() throws IOException {
    write("bucket/a/b.txt", "text");
    write("bucket/c", "more");
    Files.createDirectories(folder.resolve("empty"));
    write("ready.d/10-first.sh", "true");
    write("ready.d/20-second.py", "pass");
    write("ready.d/README.md", "no program");
    InitFolder init = new InitFolder(folder);
    assertThat(init.load(store)).isEqualTo(2);
    assertThat(store.read(S3Uri.parse("s3://bucket/a/b.txt")))
        .hasBinaryContent("text".getBytes(StandardCharsets.UTF_8));
    assertThat(store.hasBucket("empty")).isTrue();
    assertThat(store.hasBucket("ready.d")).isFalse();
    assertThat(init.programs())
        .extracting(Path::getFileName)
        .map(String::valueOf)
        .containsExactly("10-first.sh", "20-second.py");
  }

  @Test
  void onlyWhatChangedIsWrittenAgain() throws IOException {
    write("bucket/same", "same");
    write("bucket/other", "one");
    InitFolder init = new InitFolder(folder);
    assertThat(init.load(store)).isEqualTo(2);
    write("bucket/other", "two");
    assertThat(init.load(store)).isEqualTo(1);
  }

  @Test
  void whatIsNotSupportedIsNamed() throws IOException {
    assertThatThrownBy(() -> new InitFolder(folder.resolve("none")))
        .hasMessageContaining("none")
        .hasMessageContaining("not a folder");
    write("boot.d/x.sh", "true");
    assertThatThrownBy(() -> new InitFolder(folder)).hasMessageContaining("boot.d");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
