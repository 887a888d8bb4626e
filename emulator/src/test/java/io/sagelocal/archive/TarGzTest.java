package io.sagelocal.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarGzTest {
  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void makeTarget() throws IOException {
    target = Files.createDirectory(folder.resolve("target"));
  }

  @Test
  void whatIsPackedIsUnpackedAgain() throws IOException {
    Path source = Files.createDirectory(folder.resolve("source"));
    String longName = "n".repeat(200);
    Files.createDirectories(source.resolve("empty"));
    Files.createDirectories(source.resolve("sub"));
    Files.writeString(source.resolve("sub").resolve(longName), "deep");
    Files.writeString(source.resolve("grüße"), "umlaut");
    Files.createSymbolicLink(source.resolve("link"), Path.of("grüße"));
    Path file = folder.resolve("a.tar.gz");
    TarGz.pack(source, file);
    TarGz.unpack(Files.newInputStream(file), target);
    assertThat(target.resolve("sub").resolve(longName)).hasContent("deep");
    assertThat(target.resolve("empty")).isDirectory();
    assertThat(target.resolve("link")).isSymbolicLink().hasContent("umlaut");
    assertThat(folder.resolve("a.tar.gz.part")).doesNotExist();
  }

  @Test
  void severalFoldersBecomeOneAndTheFirstWins() throws IOException {
    for (String name : List.of("one", "two")) {
      Files.createDirectories(folder.resolve(name).resolve("sub"));
      Files.writeString(folder.resolve(name).resolve("sub/" + name), name);
      Files.writeString(folder.resolve(name).resolve("both"), name);
    }
    Path file = folder.resolve("a.tar.gz");
    TarGz.pack(List.of(folder.resolve("one"), folder.resolve("two")), file);
    TarGz.unpack(Files.newInputStream(file), target);
    assertThat(target.resolve("sub/one")).hasContent("one");
    assertThat(target.resolve("sub/two")).hasContent("two");
    assertThat(target.resolve("both")).hasContent("one");
  }

  @Test
  void entriesThatLeadOutsideAreRefusedByName() throws IOException {
    for (String name : new String[] {"../out", "a/../../out", "/../out"}) {
      assertThatThrownBy(() -> TarGz.unpack(archive(name, ""), target))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("outside");
    }
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aSlashAtTheStartIsTheFolderItself() throws IOException {
    TarGz.unpack(archive("/code/script.py", ""), target);
    TarGz.unpack(archive("/", ""), target);
    assertThat(target.resolve("code/script.py")).exists();
  }

  @Test
  void linksThatLeadOutsideAreRefused() throws IOException {
    for (String link : new String[] {"../out", "/etc/passwd"}) {
      assertThatThrownBy(() -> TarGz.unpack(archive("link", link), target))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("link -> " + link);
    }
  }

  @Test
  void aLinkThatWasThereBeforeIsNotFollowedOutside() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(target.resolve("door"), outside);
    assertThatThrownBy(() -> TarGz.unpack(archive("door/file", ""), target))
        .isInstanceOf(IOException.class);
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void whatIsNoArchiveSaysSo() {
    assertThatThrownBy(() ->
            TarGz.unpack(
                new ByteArrayInputStream("plain text".getBytes(StandardCharsets.UTF_8)), target))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("gzip");
  }

  /** One file with a text, or with a link's target one symbolic link. */
  private static ByteArrayInputStream archive(String name, String link) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      if (link.isEmpty()) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(entry.isDirectory() ? 0 : 1);
        tar.putArchiveEntry(entry);
        if (!entry.isDirectory()) {
          tar.write('x');
        }
      } else {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(link);
        tar.putArchiveEntry(entry);
      }
      tar.closeArchiveEntry();
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }
}
