package io.sagelocal;

import io.sagelocal.api.s3.S3Server;
import io.sagelocal.minio.MinioProgram;
import io.sagelocal.objects.InitFolder;
import io.sagelocal.objects.Trust;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which S3 store there is.
 *
 * @param backend {@code --s3}, {@code SAGELOCAL_S3}
 * @param init what is there from the start; {@code --init}, {@code SAGELOCAL_INIT}
 * @param cacheBytes how much of a store elsewhere may be kept on this disk, 0 for nothing; {@code
 *     --s3-cache-bytes}, {@code SAGELOCAL_S3_CACHE_BYTES}
 */
public record StoreSettings(Backend backend, Optional<InitFolder> init, long cacheBytes) {
  static final long DEFAULT_CACHE_BYTES = 10L << 30;
  static final StoreSettings EMBEDDED =
      new StoreSettings(new Backend.Embedded(), Optional.empty(), DEFAULT_CACHE_BYTES);

  private static final String ACCESS_KEY = "SAGELOCAL_S3_ACCESS_KEY";
  private static final String SECRET_KEY = "SAGELOCAL_S3_SECRET_KEY";
  private static final String REGION = "SAGELOCAL_S3_REGION";
  private static final String DEFAULT_REGION = "us-east-1";

  /** Who keeps the objects. */
  public sealed interface Backend {
    /** This process. */
    record Embedded() implements Backend {}

    /**
     * A MinIO server that is started and stopped with the emulator.
     *
     * @param program its program, where it is on this machine; else it runs in a container
     */
    record Minio(Optional<Path> program) implements Backend {}

    /** Any S3 that is there already. */
    record External(S3Server server) implements Backend {}
  }

  /**
   * Reads the choice.
   *
   * @param choice {@code embedded}, {@code minio} or a URL
   * @param init a folder
   * @param cacheBytes how much of it may be kept on this disk
   * @throws IllegalArgumentException naming the setting, its value and what is allowed
   */
  static StoreSettings of(
      String choice, Optional<String> init, long cacheBytes, Map<String, String> environment) {
    return new StoreSettings(
        switch (choice) {
          case "embedded" -> new Backend.Embedded();
          case "minio" -> new Backend.Minio(MinioProgram.find(environment));
          default -> new Backend.External(external(choice, environment));
        },
        init.map(Path::of).map(InitFolder::new),
        cacheBytes);
  }

  /** Where a data folder has what is kept of stores elsewhere. */
  public static Path cacheFolder(Path data) {
    return data.resolve("s3-cache");
  }

  private static S3Server external(String choice, Map<String, String> environment) {
    URI address;
    try {
      address = URI.create(choice);
    } catch (IllegalArgumentException e) {
      throw refusal(choice);
    }
    boolean isServer =
        ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))
            && address.getHost() != null
            && address.getUserInfo() == null
            && (address.getRawPath() == null || address.getRawPath().matches("/?"))
            && address.getRawQuery() == null;
    if (!isServer) {
      throw refusal(choice);
    }
    return new S3Server(
        address,
        key(choice, ACCESS_KEY, environment),
        key(choice, SECRET_KEY, environment),
        environment.getOrDefault(REGION, DEFAULT_REGION),
        Optional.ofNullable(environment.get(Trust.VARIABLE))
            .filter(file -> !file.isBlank())
            .map(Path::of)
            .map(Trust::of)
            .orElse(Trust.OF_JAVA));
  }

  private static IllegalArgumentException refusal(String choice) {
    return new IllegalArgumentException(
        "--s3 (or SAGELOCAL_S3) must be embedded, minio, or a URL such as http://127.0.0.1:9000 without path and keys, but was: "
            + choice);
  }

  private static String key(String choice, String name, Map<String, String> environment) {
    return Optional.ofNullable(environment.get(name))
        .filter(value -> !value.isBlank())
        .orElseThrow(() ->
            new IllegalArgumentException(
                "--s3 %s needs the keys of that store in %s and %s"
                    .formatted(choice, ACCESS_KEY, SECRET_KEY)));
  }
}
