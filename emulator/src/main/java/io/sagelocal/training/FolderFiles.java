package io.sagelocal.training;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files that a container left in a folder, to become objects. */
final class FolderFiles {
  private static final Logger log = LoggerFactory.getLogger(FolderFiles.class);

  private FolderFiles() {}

  /**
   * Every plain file below a folder, in no order. Links are not followed, as they may lead anywhere
   * on this machine. What vanishes meanwhile is left out: a container may be at work.
   */
  static List<Path> in(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            } else {
              log.warn("{} is no plain file and does not become an object", file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (Files.exists(file)) {
              throw e;
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
