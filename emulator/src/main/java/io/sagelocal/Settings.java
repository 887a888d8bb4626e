package io.sagelocal;

import io.sagelocal.images.ImageSource;
import io.sagelocal.machine.GpuMode;
import io.sagelocal.machine.MachineSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How the emulator runs: from flags, then {@code SAGELOCAL_…} variables, then defaults.
 *
 * @param port 0 for any free one; {@code --port}, {@code SAGELOCAL_PORT}
 * @param dataFolder everything it keeps; {@code --data-dir}, {@code SAGELOCAL_DATA_DIR}
 * @param hold how long a Describe of something unfinished may wait; {@code --hold} in seconds,
 *     {@code SAGELOCAL_HOLD}
 * @param machine how containers share the machine; {@code --limits}, {@code --gpu}, {@code --hosts}
 *     and their {@code SAGELOCAL_…} variables; {@code SAGELOCAL_SHM_BYTES}
 * @param images where an image may come from, first to last; {@code --images}, {@code
 *     SAGELOCAL_IMAGES}
 * @param keepFailed whether the containers of a failed TrainingJob stay; {@code --keep failed},
 *     {@code SAGELOCAL_KEEP}
 * @param store which S3 store there is
 */
public record Settings(
    int port,
    Path dataFolder,
    Duration hold,
    MachineSettings machine,
    List<ImageSource> images,
    boolean keepFailed,
    StoreSettings store) {
  private static final int DEFAULT_PORT = 4566;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_HOLD_SECONDS = 25;

  /**
   * Reads flags and environment.
   *
   * @param flags by name without dashes
   * @throws IllegalArgumentException naming the setting, its value and what is allowed
   */
  public static Settings from(Map<String, String> flags, Map<String, String> environment) {
    Sources sources = new Sources(flags, environment);
    Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", ".")));
    return new Settings(
        (int) sources.number("port", "SAGELOCAL_PORT", DEFAULT_PORT, 0, MAX_PORT),
        sources
            .find("data-dir", "SAGELOCAL_DATA_DIR")
            .map(Settings::path)
            .orElse(home.resolve(".sagelocal"))
            .toAbsolutePath()
            .normalize(),
        Duration.ofSeconds(
            sources.number("hold", "SAGELOCAL_HOLD", MAX_HOLD_SECONDS, 0, MAX_HOLD_SECONDS)),
        machine(sources),
        sources
            .find("images", "SAGELOCAL_IMAGES")
            .map(ImageSource::order)
            .orElse(ImageSource.DEFAULT_ORDER),
        sources.choice("keep", "SAGELOCAL_KEEP", "none", "none", "failed").equals("failed"),
        StoreSettings.of(
            sources.find("s3", "SAGELOCAL_S3").orElse("embedded"),
            sources.find("init", "SAGELOCAL_INIT"),
            sources.number(
                "s3-cache-bytes",
                "SAGELOCAL_S3_CACHE_BYTES",
                StoreSettings.DEFAULT_CACHE_BYTES,
                0,
                Long.MAX_VALUE),
            environment));
  }

  private static MachineSettings machine(Sources sources) {
    return new MachineSettings(
        sources.choice("limits", "SAGELOCAL_LIMITS", "on", "on", "off").equals("on"),
        GpuMode.valueOf(
            sources
                .choice("gpu", "SAGELOCAL_GPU", "auto", "auto", "require", "off")
                .toUpperCase(Locale.ROOT)),
        sources.findNumber("hosts", "SAGELOCAL_HOSTS", 0, Integer.MAX_VALUE).map(Math::toIntExact),
        sources.findNumber("shm-bytes", "SAGELOCAL_SHM_BYTES", 1, Long.MAX_VALUE));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "--data-dir \"%s\" is not a path: %s".formatted(text, e.getReason()), e);
    }
  }

  private record Sources(Map<String, String> flags, Map<String, String> environment) {

    Optional<String> find(String flag, String variable) {
      return Optional.ofNullable(flags.get(flag))
          .or(() -> Optional.ofNullable(environment.get(variable)))
          .filter(text -> !text.isBlank());
    }

    long number(String flag, String variable, long fallback, long least, long most) {
      return findNumber(flag, variable, least, most).orElse(fallback);
    }

    Optional<Long> findNumber(String flag, String variable, long least, long most) {
      return find(flag, variable).map(text -> parse(flag, variable, text, least, most));
    }

    String choice(String flag, String variable, String fallback, String... allowed) {
      String text = find(flag, variable).orElse(fallback);
      if (!List.of(allowed).contains(text)) {
        throw new IllegalArgumentException(
            "--%s (or %s) must be one of %s but was: %s"
                .formatted(flag, variable, String.join(", ", allowed), text));
      }
      return text;
    }

    private static long parse(String flag, String variable, String text, long least, long most) {
      try {
        long value = Long.parseLong(text);
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw refusal(flag, variable, text, least, most);
      }
      throw refusal(flag, variable, text, least, most);
    }

    private static IllegalArgumentException refusal(
        String flag, String variable, String text, long least, long most) {
      return new IllegalArgumentException(
          "--%s (or %s) must be a whole number from %d to %d but was: %s"
              .formatted(flag, variable, least, most, text));
    }
  }
}
