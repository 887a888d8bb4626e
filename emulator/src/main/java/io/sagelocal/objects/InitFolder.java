package io.sagelocal.objects;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a user laid down to be there from the start: a folder for each bucket, whose files are its
 * objects, and programs in {@code ready.d}.
 */
public final class InitFolder {
  private static final String PROGRAMS = "ready.d";
  private static final List<String> KNOWN_ELSEWHERE = List.of("boot.d", "start.d", "shutdown.d");

  private final Path folder;

  /**
   * Looks at a folder.
   *
   * @throws IllegalArgumentException when it is none, or has a part that is not known here
   */
  public InitFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--init \"%s\" is not a folder".formatted(folder));
    }
    for (String other : KNOWN_ELSEWHERE) {
      if (Files.exists(folder.resolve(other))) {
        throw new IllegalArgumentException(
            "--init %s has %s, which is not supported; programs belong into %s"
                .formatted(folder, other, PROGRAMS));
      }
    }
    this.folder = folder;
  }

  /**
   * Makes the buckets and writes the objects; one of the same size and content stays as it is.
   *
   * @return how many objects were written
   */
  public int load(ObjectStore objects) throws IOException {
    int written = 0;
    for (Path bucket : entries(folder)) {
      String name = String.valueOf(bucket.getFileName());
      if (Files.isDirectory(bucket) && !name.equals(PROGRAMS)) {
        objects.createBucket(name);
        written += load(objects, name, bucket);
      }
    }
    return written;
  }

  private static int load(ObjectStore objects, String bucket, Path root) throws IOException {
    int[] written = {0};
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              S3Uri object = new S3Uri(bucket, root.relativize(file).toString().replace('\\', '/'));
              if (!isThere(objects, object, file, attributes.size())) {
                objects.write(object, file);
                written[0]++;
              }
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return written[0];
  }

  private static boolean isThere(ObjectStore objects, S3Uri object, Path file, long size)
      throws IOException {
    if (objects.find(object).filter(there -> there.size() == size).isEmpty()) {
      return false;
    }
    try (InputStream there = objects.read(object);
        InputStream here = Files.newInputStream(file)) {
      return same(there, here);
    }
  }

  private static boolean same(InputStream one, InputStream other) throws IOException {
    int length = 1 << 16;
    while (true) {
      byte[] bytes = one.readNBytes(length);
      if (!Arrays.equals(bytes, other.readNBytes(length))) {
        return false;
      }
      if (bytes.length < length) {
        return true;
      }
    }
  }

  /** The programs to run once everything answers, by name. */
  public List<Path> programs() throws IOException {
    Path programs = folder.resolve(PROGRAMS);
    if (!Files.isDirectory(programs)) {
      return List.of();
    }
    return entries(programs).stream()
        .filter(file -> file.toString().endsWith(".sh") || file.toString().endsWith(".py"))
        .toList();
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
