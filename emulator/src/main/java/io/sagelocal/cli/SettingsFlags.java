package io.sagelocal.cli;

import com.google.errorprone.annotations.Keep;
import io.sagelocal.Settings;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The flags that become {@link Settings}. Each is written here once, as text under the name by
 * which {@link Settings#from} knows it; what a value may be is said there.
 */
final class SettingsFlags {
  @Spec(Spec.Target.SELF)
  private @Nullable CommandSpec spec;

  @Keep // read through the specification
  @Option(
      names = "--port",
      paramLabel = "N",
      description = "4566; 0 for any free one (SAGELOCAL_PORT)")
  private @Nullable String port;

  @Keep
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "~/.sagelocal; everything it keeps (SAGELOCAL_DATA_DIR)")
  private @Nullable String dataFolder;

  @Keep
  @Option(
      names = "--hold",
      paramLabel = "SECONDS",
      description =
          "25; how long a Describe may wait for a change, 0 to 25, 0 turns it off (SAGELOCAL_HOLD)")
  private @Nullable String hold;

  @Keep
  @Option(
      names = "--shm-bytes",
      paramLabel = "BYTES",
      description =
          "size of each container's /dev/shm; half of its instance type's memory"
              + " (SAGELOCAL_SHM_BYTES)")
  private @Nullable String sharedMemory;

  @Keep
  @Option(
      names = "--limits",
      paramLabel = "on|off",
      description =
          "on; a training host gets no more processors and memory than its instance type has"
              + " (SAGELOCAL_LIMITS)")
  private @Nullable String limits;

  @Keep
  @Option(
      names = "--gpu",
      paramLabel = "MODE",
      description =
          "auto; require fails a job whose instance type has more GPUs than this machine, off gives"
              + " none (SAGELOCAL_GPU)")
  private @Nullable String gpu;

  @Keep
  @Option(
      names = "--images",
      paramLabel = "ORDER",
      description =
          "exact,local,pull; where an image may come from, first to last: one of exactly that name"
              + " here, the stand-in built here, its registry (SAGELOCAL_IMAGES)")
  private @Nullable String images;

  @Keep
  @Option(
      names = "--hosts",
      paramLabel = "N",
      description =
          "how many training hosts run at one time, others wait; twice the processors, at least 4;"
              + " 0 for any number (SAGELOCAL_HOSTS)")
  private @Nullable String hosts;

  @Keep
  @Option(
      names = "--keep",
      paramLabel = "none|failed",
      description =
          "none; failed keeps the containers of a failed TrainingJob, for docker (SAGELOCAL_KEEP)")
  private @Nullable String keep;

  @Keep
  @Option(
      names = "--s3",
      paramLabel = "STORE",
      description =
          "embedded; or minio, or the URL of any S3, with its keys in SAGELOCAL_S3_ACCESS_KEY and"
              + " SAGELOCAL_S3_SECRET_KEY (SAGELOCAL_S3)")
  private @Nullable String store;

  @Keep
  @Option(
      names = "--s3-cache-bytes",
      paramLabel = "BYTES",
      description =
          "10737418240, which is 10 GiB; how much of a store other than embedded is kept on this"
              + " disk for File channels, 0 for nothing (SAGELOCAL_S3_CACHE_BYTES)")
  private @Nullable String cacheBytes;

  @Keep
  @Option(
      names = "--init",
      paramLabel = "DIR",
      description =
          "none; its folders become buckets with their files, and its ready.d/*.sh and *.py are run"
              + " before it is ready (SAGELOCAL_INIT)")
  private @Nullable String init;

  /**
   * Flags, then environment, then defaults.
   *
   * @throws IllegalArgumentException naming the setting, its value and what is allowed
   */
  Settings settings(Console console) {
    Map<String, String> flags = new HashMap<>();
    if (spec != null) {
      for (OptionSpec option : spec.options()) {
        @Nullable String value = option.getValue();
        if (value != null) {
          flags.put(option.longestName().substring("--".length()), value);
        }
      }
    }
    return Settings.from(flags, console.environment());
  }
}
