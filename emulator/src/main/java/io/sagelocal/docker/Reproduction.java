package io.sagelocal.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.VolumeOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The {@code docker} command line that would make a container again. */
final class Reproduction {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");
  private static final double NANO = 1e9;

  private final ContainerConfig config;
  private final HostConfig host;
  private final @Nullable ContainerConfig image;

  /**
   * @param image what it was made from; what the image says by itself is left out
   */
  Reproduction(InspectContainerResponse container, Optional<InspectImageResponse> image) {
    this.config = container.getConfig();
    this.host = container.getHostConfig();
    this.image = image.map(InspectImageResponse::getConfig).orElse(null);
  }

  /** The words of {@code docker run}, with the container's own program. */
  List<String> run(List<String> flags) {
    List<String> words = new ArrayList<>(List.of("docker", "run"));
    words.addAll(flags);
    words.addAll(options());
    List<String> arguments = new ArrayList<>();
    String[] entrypoint = words(config.getEntrypoint());
    boolean own =
        entrypoint.length > 0
            && (image == null || !Arrays.equals(entrypoint, image.getEntrypoint()));
    if (own) {
      words.addAll(List.of("--entrypoint", entrypoint[0]));
      arguments.addAll(Arrays.asList(entrypoint).subList(1, entrypoint.length));
    }
    String[] command = words(config.getCmd());
    if (own || image == null || !Arrays.equals(command, words(image.getCmd()))) {
      arguments.addAll(Arrays.asList(command));
    }
    words.add(config.getImage());
    words.addAll(arguments);
    return words;
  }

  /** The words of {@code docker run} with another program, in another image. */
  List<String> run(List<String> flags, String otherImage, List<String> program) {
    List<String> words = new ArrayList<>(List.of("docker", "run"));
    words.addAll(flags);
    words.addAll(options());
    words.addAll(List.of("--entrypoint", program.getFirst(), otherImage));
    words.addAll(program.subList(1, program.size()));
    return words;
  }

  /** What surrounds the program. */
  private List<String> options() {
    List<String> words = new ArrayList<>(List.of("--hostname", config.getHostName()));
    String network = host.getNetworkMode();
    if (network != null && !network.equals("default") && !network.equals("bridge")) {
      words.addAll(List.of("--network", network));
      if (!network.equals("none")) {
        words.addAll(List.of("--network-alias", config.getHostName()));
      }
    }
    for (String extra : Optional.ofNullable(host.getExtraHosts()).orElse(new String[0])) {
      words.addAll(List.of("--add-host", extra));
    }
    limits(words);
    gpus(words);
    for (String variable : variables()) {
      words.addAll(List.of("--env", variable));
    }
    for (Mount mount : Optional.ofNullable(host.getMounts()).orElse(List.of())) {
      words.addAll(List.of("--mount", mount(mount)));
    }
    return words;
  }

  private static String mount(Mount mount) {
    VolumeOptions volume = mount.getVolumeOptions();
    String readOnly = Boolean.TRUE.equals(mount.getReadOnly()) ? ",readonly" : "";
    if (volume == null || volume.getDriverConfig() == null) {
      return "type=bind,source=%s,target=%s%s"
          .formatted(mount.getSource(), mount.getTarget(), readOnly);
    }
    StringBuilder words =
        new StringBuilder("type=volume,target=%s%s".formatted(mount.getTarget(), readOnly));
    words.append(",volume-nocopy,volume-driver=").append(volume.getDriverConfig().getName());
    // an option with commas in it is quoted
    new TreeMap<>(volume.getDriverConfig().getOptions())
        .forEach((name, value) -> words.append(",\"volume-opt=%s=%s\"".formatted(name, value)));
    return words.toString();
  }

  private void limits(List<String> words) {
    Long nanoCpus = host.getNanoCPUs();
    if (nanoCpus != null && nanoCpus > 0) {
      words.addAll(List.of("--cpus", "%.2f".formatted(nanoCpus / NANO)));
    }
    if (isSet(host.getMemory())) {
      words.addAll(
          List.of(
              "--memory",
              String.valueOf(host.getMemory()),
              "--memory-swap",
              String.valueOf(host.getMemorySwap())));
    }
    if (isSet(host.getShmSize())) {
      words.addAll(List.of("--shm-size", String.valueOf(host.getShmSize())));
    }
  }

  private void gpus(List<String> words) {
    if (Gpus.NVIDIA.equals(host.getRuntime())) {
      words.addAll(List.of("--runtime", Gpus.NVIDIA));
    }
    for (DeviceRequest request : Optional.ofNullable(host.getDeviceRequests()).orElse(List.of())) {
      List<String> ids = Optional.ofNullable(request.getDeviceIds()).orElse(List.of());
      words.addAll(
          List.of(
              "--gpus", ids.isEmpty() ? "all" : "\"device=%s\"".formatted(String.join(",", ids))));
    }
  }

  private List<String> variables() {
    List<String> all = new ArrayList<>(List.of(words(config.getEnv())));
    if (image != null) {
      all.removeAll(List.of(words(image.getEnv())));
    }
    return all;
  }

  private static String[] words(String @Nullable [] given) {
    return given == null ? new String[0] : given;
  }

  private static boolean isSet(@Nullable Long value) {
    return value != null && value > 0;
  }

  /** One line for a shell. */
  static String line(List<String> words) {
    return String.join(" ", words.stream().map(Reproduction::quoted).toList());
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
