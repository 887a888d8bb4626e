package io.sagelocal.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.HostConfig;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.Labels;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which GPUs there are. {@code nvidia-smi} tells; where it is not on this machine, for the emulator
 * or the daemon is in a machine of its own, the nvidia runtime puts one into a container.
 */
final class GpuDevices {
  private static final Logger log = LoggerFactory.getLogger(GpuDevices.class);
  private static final String SMI = "nvidia-smi";
  private static final int SMI_SECONDS = 30;
  private static final Pattern GPU = Pattern.compile("^GPU (\\d+): .*");
  private static final Pattern PART = Pattern.compile("^\\s+MIG .*Device\\s+(\\d+): .*");
  private static final Pattern DEVICE = Pattern.compile("nvidia(\\d+)");

  private final Daemon daemon;
  private final Containers containers;
  private final ImageStore images;
  private final Map<String, String> environment;
  private List<String> known = List.of();

  GpuDevices(
      Daemon daemon, Containers containers, ImageStore images, Map<String, String> environment) {
    this.daemon = daemon;
    this.containers = containers;
    this.images = images;
    this.environment = environment;
  }

  /** Their names; those of a machine that has some are remembered. */
  synchronized List<String> names() {
    if (known.isEmpty()) {
      known = look();
    }
    return known;
  }

  private List<String> look() {
    Abilities abilities = daemon.abilities();
    if (abilities.gpus() == Gpus.NONE) {
      return List.of();
    }
    List<String> found =
        abilities.sharesNetwork()
            ? smi().map(this::listed).orElseGet(() -> devices(Path.of("/dev")))
            : List.of();
    return found.isEmpty() && abilities.gpus() == Gpus.RUNTIME ? listedInContainer() : found;
  }

  /** What {@code nvidia-smi -L} lists; the parts of a GPU that is in parts stand for it. */
  static List<String> parse(String listing) {
    List<String> names = new ArrayList<>();
    String gpu = "";
    for (String line : listing.lines().toList()) {
      Matcher whole = GPU.matcher(line);
      Matcher part = PART.matcher(line);
      if (whole.matches()) {
        gpu = whole.group(1);
        names.add(gpu);
      } else if (part.matches()) {
        names.remove(gpu);
        names.add(gpu + ":" + part.group(1));
      }
    }
    return names;
  }

  private Optional<Path> smi() {
    return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, SMI))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private List<String> listed(Path smi) {
    try {
      Process process = new ProcessBuilder(smi.toString(), "-L").redirectErrorStream(true).start();
      process.getOutputStream().close();
      try (InputStream output = process.getInputStream()) {
        if (!process.waitFor(SMI_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new EngineException(
              "%s -L has not answered within %d s".formatted(smi, SMI_SECONDS));
        }
        return parse(new String(output.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new EngineException("%s cannot be run: %s".formatted(smi, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("looking for GPUs was interrupted", e);
    }
  }

  static List<String> devices(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> DEVICE.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .map(number -> number.group(1))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of(); // no such folder: another system's machine
    }
  }

  private List<String> listedInContainer() {
    Optional<String> image = images.names().stream().findFirst();
    if (image.isEmpty()) {
      return List.of();
    }
    try {
      ContainerId id = create(image.get());
      try {
        daemon.ask(client -> client.startContainerCmd(id.id()).exec());
        Exit exit = new Ending(daemon, containers, id).await();
        List<String> lines = new ArrayList<>();
        new LogReading(daemon, containers, id, (at, line) -> lines.add(line)).read();
        return exit.success() ? parse(String.join("\n", lines)) : List.of();
      } finally {
        containers.remove(id);
      }
    } catch (DockerException e) {
      // a runtime of that name without a driver: its containers have no nvidia-smi
      log.debug("the nvidia runtime shows no GPU: {}", Reasons.of(e));
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("looking for GPUs was interrupted", e);
    }
  }

  private ContainerId create(String image) {
    String name = "sagelocal-gpus-" + UUID.randomUUID();
    return daemon.ask(client -> {
      try (CreateContainerCmd command =
          client
              .createContainerCmd(image)
              .withName(name)
              .withEntrypoint(SMI, "-L")
              .withCmd(List.of())
              .withEnv("NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=utility")
              .withLabels(Map.of(Labels.INSTANCE, "gpus"))
              .withHostConfig(
                  HostConfig.newHostConfig().withNetworkMode("none").withRuntime(Gpus.NVIDIA))) {
        return new ContainerId(name, command.exec().getId());
      }
    });
  }
}
