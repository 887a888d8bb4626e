package io.sagelocal.minio;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the MinIO server's program is on this machine. */
public final class MinioProgram {
  private MinioProgram() {}

  /** Looks on the PATH, then where {@code scripts/minio} puts it. */
  public static Optional<Path> find(Map<String, String> environment) {
    Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", ".")));
    Path cache =
        Optional.ofNullable(environment.get("XDG_CACHE_HOME"))
            .filter(text -> !text.isBlank())
            .map(Path::of)
            .orElse(home.resolve(".cache"));
    String path = environment.getOrDefault("PATH", "");
    return Stream.concat(
            Arrays.stream(path.split(":", -1)).filter(one -> !one.isEmpty()).map(Path::of),
            Stream.of(cache.resolve("sagelocal/minio")))
        .map(folder -> folder.resolve("minio"))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
