package io.sagelocal.archive;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Packs folders into tar.gz files and unpacks them again. */
public final class TarGz {
  private static final Logger log = LoggerFactory.getLogger(TarGz.class);
  private static final int BUFFER_BYTES = 1 << 17;
  private static final int EXECUTABLE = 0755;
  private static final int PLAIN = 0644;

  private TarGz() {}

  /** Packs what is in one folder, as {@link #pack(List, Path)} does. */
  public static void pack(Path folder, Path file) throws IOException {
    pack(List.of(folder), file);
  }

  /**
   * Packs what is in folders; their own names are not part of it. Symbolic links stay links and are
   * not followed; sockets and devices are left out. The file is there whole or not at all.
   *
   * @param folders what several have by the same name is taken from the first
   */
  public static void pack(List<Path> folders, Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (OutputStream out = Files.newOutputStream(part)) {
      pack(folders, out);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Packs what is in folders into a stream, which is left open. */
  public static void pack(List<Path> folders, OutputStream out) throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            // parameters of a network hardly compress: the quickest level loses little
            new ParallelGzip(new LeftOpen(out), Deflater.BEST_SPEED), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      Set<String> packed = new HashSet<>();
      for (Path folder : folders) {
        Files.walkFileTree(folder, new Packer(folder, tar, packed));
      }
    }
  }

  /**
   * Unpacks a tar.gz into a folder, which must exist.
   *
   * @throws IOException when the stream is no tar.gz or an entry would lead outside the folder,
   *     with that entry's name; what was unpacked before it stays
   */
  public static void unpack(InputStream stream, Path folder) throws IOException {
    Path root = folder.toRealPath();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(Gzip.decompressed(stream), "UTF-8")) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpackEntry(tar, entry, root);
      }
    }
  }

  private static void unpackEntry(TarArchiveInputStream tar, TarArchiveEntry entry, Path root)
      throws IOException {
    Path target = inside(root, entry.getName());
    if (target.equals(root)) {
      return;
    }
    if (entry.isDirectory()) {
      Files.createDirectories(realParent(root, target, entry).resolve(target.getFileName()));
      return;
    }
    Path parent = realParent(root, target, entry);
    Path file = parent.resolve(target.getFileName());
    if (entry.isSymbolicLink()) {
      Path linked = parent.resolve(entry.getLinkName()).normalize();
      requireInside(root, linked, entry.getName() + " -> " + entry.getLinkName());
      Files.deleteIfExists(file);
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      Path linked = inside(root, entry.getLinkName()).toRealPath();
      requireInside(root, linked, entry.getName() + " -> " + entry.getLinkName());
      Files.copy(linked, file, StandardCopyOption.REPLACE_EXISTING);
    } else if (entry.isFile()) {
      Files.deleteIfExists(file);
      Files.copy(tar, file);
      if ((entry.getMode() & 0100) != 0 && !file.toFile().setExecutable(true, false)) {
        throw new IOException("cannot make " + entry.getName() + " executable");
      }
    } else {
      throw new IOException(
          "tar entry " + entry.getName() + " is neither a file, a folder nor a link");
    }
  }

  /** Slashes at a name's start mean the folder it is unpacked to, as they do for every tar. */
  private static Path inside(Path root, String name) throws IOException {
    if (name.indexOf('\0') >= 0) {
      throw new IOException("tar entry name holds a NUL character");
    }
    Path target = root.resolve(name.replaceFirst("^/+", "")).normalize();
    requireInside(root, target, name);
    return target;
  }

  /** The entry's folder with links followed, so that a link unpacked earlier leads nowhere else. */
  private static Path realParent(Path root, Path target, TarArchiveEntry entry) throws IOException {
    Path parent = target.getParent();
    if (parent == null) {
      throw new IOException("tar entry " + entry.getName() + " has no folder");
    }
    Path existing = parent;
    while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    requireInside(root, existing.toRealPath(), entry.getName());
    Files.createDirectories(parent);
    Path real = parent.toRealPath();
    requireInside(root, real, entry.getName());
    return real;
  }

  private static void requireInside(Path root, Path path, String name) throws IOException {
    if (!path.startsWith(root)) {
      throw new IOException("tar entry " + name + " leads outside the folder it is unpacked to");
    }
  }

  /** A buffer before a stream that somebody else closes. */
  private static final class LeftOpen extends BufferedOutputStream {
    LeftOpen(OutputStream out) {
      super(out, BUFFER_BYTES);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  private static final class Packer extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final TarArchiveOutputStream tar;
    private final Set<String> packed;

    Packer(Path folder, TarArchiveOutputStream tar, Set<String> packed) {
      this.folder = folder;
      this.tar = tar;
      this.packed = packed;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
        throws IOException {
      if (!path.equals(folder) && packed.add(name(path))) {
        put(new TarArchiveEntry(name(path) + "/"), attributes);
        tar.closeArchiveEntry();
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
      if (!packed.add(name(path))) {
        log.warn("{} is left out of an archive: another file of that name is in it", path);
        return FileVisitResult.CONTINUE;
      }
      if (attributes.isSymbolicLink()) {
        TarArchiveEntry link = new TarArchiveEntry(name(path), TarConstants.LF_SYMLINK);
        link.setLinkName(Files.readSymbolicLink(path).toString());
        put(link, attributes);
        tar.closeArchiveEntry();
      } else if (attributes.isRegularFile()) {
        TarArchiveEntry file = new TarArchiveEntry(name(path));
        file.setSize(attributes.size());
        file.setMode(Files.isExecutable(path) ? EXECUTABLE : PLAIN);
        put(file, attributes);
        Files.copy(path, tar);
        tar.closeArchiveEntry();
      }
      return FileVisitResult.CONTINUE;
    }

    private void put(TarArchiveEntry entry, BasicFileAttributes attributes) throws IOException {
      entry.setModTime(attributes.lastModifiedTime());
      tar.putArchiveEntry(entry);
    }

    private String name(Path path) {
      return folder.relativize(path).toString();
    }
  }
}
