package io.sagelocal.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * GPUs that are not there: a {@link TestDocker} gives them to containers in one of the two ways a
 * daemon has, and what it was asked for is recorded. As the NVIDIA Container Toolkit does, it puts
 * an {@code nvidia-smi} that lists the visible GPUs into a container that may see some.
 */
public final class FakeGpus {
  private static final Pattern VISIBLE = Pattern.compile("\"NVIDIA_VISIBLE_DEVICES=([^\"]*)\"");
  private static final Pattern HOST = Pattern.compile("\"hostname\":\"([^\"]*)\"");

  private final int count;
  private final boolean runtime;
  private Path folder = Path.of("");

  private FakeGpus(int count, boolean runtime) {
    this.count = count;
    this.runtime = runtime;
  }

  /** By a runtime that is named nvidia; none where there is only the runtime and no driver. */
  public static FakeGpus byRuntime(int count) {
    return new FakeGpus(count, true);
  }

  /** By a driver that answers requests for devices, as {@code docker run --gpus} makes them. */
  public static FakeGpus byRequest(int count) {
    return new FakeGpus(count, false);
  }

  /** A container that was given GPUs: its host name, and which it may see. */
  public record Given(String host, String visible) {}

  /** What containers were given, in the order of their start. */
  public List<Given> given() throws IOException {
    List<Given> given = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve("containers"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".json")).sorted().toList()) {
        String config = Files.readString(file);
        Matcher visible = VISIBLE.matcher(config);
        Matcher host = HOST.matcher(config);
        given.add(
            new Given(
                host.find() ? host.group(1) : "", visible.find() ? visible.group(1) : "none"));
      }
    }
    return given;
  }

  /** Makes the programs in a folder of the daemon's. */
  void install(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectory(folder.resolve("containers"));
    Path smi = Files.createDirectory(folder.resolve("bin")).resolve("nvidia-smi");
    TestDocker.script(smi, smi(count));
    if (runtime) {
      TestDocker.script(folder.resolve("nvidia-container-runtime"), runtimeScript());
    } else {
      Path hooks = Files.createDirectory(folder.resolve("hooks"));
      TestDocker.script(hooks.resolve("nvidia-container-runtime-hook"), hookScript());
    }
  }

  /** The folder with an {@code nvidia-smi} that lists them. */
  public Path smiFolder() {
    return folder.resolve("bin");
  }

  String daemonSettings() {
    return runtime
        ? "{\"runtimes\": {\"nvidia\": {\"path\": \"%s/nvidia-container-runtime\"}}}\n"
            .formatted(folder)
        : "{}\n";
  }

  /** The PATH on which a daemon finds the driver, if that is how it gives GPUs. */
  Optional<String> daemonPath() {
    return runtime
        ? Optional.empty()
        : Optional.of(folder.resolve("hooks") + ":" + System.getenv("PATH"));
  }

  /** Lists those that NVIDIA_VISIBLE_DEVICES names, or all. */
  private static String smi(int count) {
    return """
    #!/bin/sh
    [ "$1" = -L ] || { echo "unexpected: $*" >&2; exit 2; }
    visible=${NVIDIA_VISIBLE_DEVICES:-all}
    if [ "$visible" = all ]; then visible=$(seq -s , 0 %d); fi
    for gpu in $(echo "$visible" | tr , ' '); do
      echo "GPU $gpu: Fake V100-SXM2-16GB (UUID: GPU-00000000-0000-0000-0000-00000000000$gpu)"
    done
    """
        .formatted(count - 1);
  }

  /** Before runc makes a container, records its config.json and puts nvidia-smi in. */
  private String runtimeScript() {
    return """
    #!/bin/sh
    next= bundle= create=
    for word in "$@"; do
      if [ "$next" = bundle ]; then bundle=$word; fi
      next=
      case $word in
        --bundle) next=bundle ;;
        create) create=yes ;;
      esac
    done
    echo "$*" >>%1$s/calls
    if [ -n "$create" ]; then
      %2$s
    fi
    exec runc "$@"
    """
        .formatted(folder, record("$bundle"));
  }

  /** Called by runc for a container whose creator asked for devices. */
  private String hookScript() {
    return """
    #!/bin/sh
    bundle=$(sed 's/.*"bundle":"\\([^"]*\\)".*/\\1/')
    echo "$* $bundle" >>%1$s/calls
    %2$s
    """
        .formatted(folder, record("$bundle"));
  }

  private String record(String bundle) {
    return """
    root=$(sed 's/.*"root":{"path":"\\([^"]*\\)".*/\\1/' %2$s/config.json)
      case $root in /*) ;; *) root=%2$s/$root ;; esac
      case %3$d$(grep -o '"NVIDIA_VISIBLE_DEVICES=[^"]*"' %2$s/config.json) in
        '' | *=void\\" | *=none\\" | *=\\") ;;
        *) cp %1$s/bin/nvidia-smi "$root/usr/bin/nvidia-smi" ;;
      esac
      name=%1$s/containers/$(date +%%s%%N)
      cp %2$s/config.json $name.part && mv $name.part $name.json
    """
        .formatted(folder, bundle, count)
        .strip();
  }
}
