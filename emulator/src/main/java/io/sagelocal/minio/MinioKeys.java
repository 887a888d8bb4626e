package io.sagelocal.minio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The name and password of a managed MinIO, for S3 and for its console. */
public record MinioKeys(String user, String password) {
  private static final String USER = "sagelocal";
  private static final int PASSWORD_BYTES = 20;

  /** Those of a folder; made at the first time, and readable by their owner alone. */
  static MinioKeys of(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve("password");
    if (!Files.exists(file)) {
      byte[] random = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(random);
      Path part = folder.resolve("password.part");
      Files.deleteIfExists(part);
      Files.createFile(
          part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(part, HexFormat.of().formatHex(random));
      Files.move(part, file);
    }
    return new MinioKeys(USER, Files.readString(file).trim());
  }

  @Override
  public String toString() {
    return "MinioKeys[" + user + "]"; // without the password
  }
}
