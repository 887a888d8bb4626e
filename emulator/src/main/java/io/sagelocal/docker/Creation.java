package io.sagelocal.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.RestartPolicy;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Folder;
import io.sagelocal.engine.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says a {@link ContainerSpec} in Docker's words. */
final class Creation {
  /** Far more than any disk holds: no rotation, whatever the daemon's own default says. */
  private static final String NEVER_ROTATED = "1000p";

  private static final double NANO = 1e9;

  private Creation() {}

  static CreateContainerCmd of(
      DockerClient client, Abilities abilities, Layers layers, ContainerSpec spec) {
    Map<String, String> environment = new LinkedHashMap<>(spec.environment());
    HostConfig host = host(abilities, layers, spec);
    if (!spec.limits().gpus().isEmpty()) {
      abilities.gpus().give(spec.limits().gpus(), host, environment);
    } else if (abilities.showsGpus()) {
      environment.put(Gpus.VISIBLE, "void");
    }
    CreateContainerCmd command =
        client
            .createContainerCmd(spec.image())
            .withName(spec.name())
            .withHostName(spec.hostname())
            .withEnv(environment.entrySet().stream().map(Map.Entry::toString).toList())
            .withExposedPorts(spec.ports().stream().map(ExposedPort::tcp).toList())
            .withLabels(labels(spec))
            // an image may name another signal, as nginx's does
            .withStopSignal("SIGTERM")
            .withHostConfig(host);
    if (spec.network() instanceof ContainerNetwork.Named) {
      command.withAliases(spec.hostname());
    }
    spec.entrypoint().ifPresent(command::withEntrypoint);
    if (!spec.command().isEmpty()) {
      command.withCmd(spec.command());
    }
    return command;
  }

  private static Map<String, String> labels(ContainerSpec spec) {
    if (!(spec.network() instanceof ContainerNetwork.Guarded guarded)) {
      return spec.labels();
    }
    Map<String, String> labels = new LinkedHashMap<>(spec.labels());
    labels.put(Relays.GUARDED, guarded.name());
    return labels;
  }

  private static HostConfig host(Abilities abilities, Layers layers, ContainerSpec spec) {
    HostConfig host =
        HostConfig.newHostConfig()
            .withMounts(
                spec.folders().stream()
                    .map(folder ->
                        layers.overlaid(abilities, folder)
                            ? Layers.mount(folder, spec.labels())
                            : mount(folder.path(), folder.local(), folder.writable()))
                    .toList())
            .withShmSize(spec.limits().sharedMemoryBytes())
            .withRestartPolicy(RestartPolicy.noRestart())
            .withSecurityOpts(securityOptions(abilities))
            // the daemon's default may be a driver whose log cannot be read again
            .withLogConfig(
                new LogConfig(LogConfig.LoggingType.JSON_FILE, Map.of("max-size", NEVER_ROTATED)));
    limit(host, abilities, spec.limits());
    switch (spec.network()) {
      case ContainerNetwork.Standard s -> {} // what a container gets by itself
      case ContainerNetwork.None n ->
          host.withNetworkMode("none").withExtraHosts(spec.hostname() + ":127.0.0.1");
      case ContainerNetwork.Named named -> host.withNetworkMode(named.name());
      case ContainerNetwork.Guarded guarded -> host.withNetworkMode(guarded.name());
    }
    if (!abilities.sharesNetwork()) {
      host.withPortBindings(spec.ports().stream().map(Creation::onLoopback).toList());
    }
    return host;
  }

  /** Swap counts as memory; a kernel that cannot limit something does without. */
  private static void limit(HostConfig host, Abilities abilities, Limits limits) {
    if (abilities.limitsCpus()) {
      limits.cpus().ifPresent(cpus -> host.withNanoCPUs(Math.round(cpus * NANO)));
    }
    if (abilities.limitsMemory()) {
      limits.memoryBytes().ifPresent(bytes -> host.withMemory(bytes).withMemorySwap(bytes));
    }
  }

  /**
   * Where SELinux confines containers they may not read a user's folders. Giving the folders the
   * containers' label would change files that are not ours, so the container goes without.
   * Privileges may be gained by sudo and the like, as in SageMaker's own containers.
   */
  static List<String> securityOptions(Abilities abilities) {
    return abilities.selinux() ? List.of("label=disable") : List.of();
  }

  static void requireFolders(ContainerSpec spec) {
    for (Folder folder : spec.folders()) {
      if (!Files.isDirectory(folder.local())) {
        throw new EngineException("folder %s is not there".formatted(folder.local()));
      }
      if (!folder.beneath().map(Files::isDirectory).orElse(true)) {
        throw new EngineException(
            "folder %s is not there".formatted(folder.beneath().orElseThrow()));
      }
    }
  }

  /** A mount, not a bind: a bind would make a missing folder. */
  static Mount mount(String path, Path local, boolean writable) {
    return new Mount()
        .withType(MountType.BIND)
        .withSource(local.toAbsolutePath().toString())
        .withTarget(path)
        .withReadOnly(!writable);
  }

  static PortBinding onLoopback(int port) {
    return new PortBinding(Ports.Binding.bindIp("127.0.0.1"), ExposedPort.tcp(port));
  }
}
