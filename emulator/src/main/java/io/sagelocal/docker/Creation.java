package io.sagelocal.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.RestartPolicy;
import io.sagelocal.docker.Daemon.Connection;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Folder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Says a {@link ContainerSpec} in Docker's words. */
final class Creation {
  private Creation() {}

  static CreateContainerCmd of(Connection connection, ContainerSpec spec) {
    List<String> environment = new ArrayList<>();
    spec.environment().forEach((name, value) -> environment.add(name + "=" + value));
    HostConfig host =
        HostConfig.newHostConfig()
            .withMounts(spec.folders().stream().map(Creation::mount).toList())
            .withShmSize(spec.sharedMemoryBytes())
            .withRestartPolicy(RestartPolicy.noRestart())
            // the daemon's default may be a driver whose log cannot be read again
            .withLogConfig(new LogConfig(LogConfig.LoggingType.JSON_FILE, Map.of()));
    spec.network().ifPresent(host::withNetworkMode);
    if (!connection.sharesNetwork()) {
      host.withPortBindings(spec.ports().stream().map(Creation::onLoopback).toList());
    }
    if (spec.gpu()) {
      useGpus(connection, host, environment);
    }
    CreateContainerCmd command =
        connection
            .client()
            .createContainerCmd(spec.image())
            .withName(spec.name())
            .withHostName(spec.hostname())
            .withEnv(environment)
            .withExposedPorts(spec.ports().stream().map(ExposedPort::tcp).toList())
            .withLabels(spec.labels())
            .withHostConfig(host);
    if (spec.network().isPresent()) {
      command.withAliases(spec.hostname());
    }
    spec.entrypoint().ifPresent(command::withEntrypoint);
    if (!spec.command().isEmpty()) {
      command.withCmd(spec.command());
    }
    return command;
  }

  /** A mount, not a bind: a bind would make a missing folder. */
  private static Mount mount(Folder folder) {
    if (!Files.isDirectory(folder.local())) {
      throw new EngineException("folder %s is not there".formatted(folder.local()));
    }
    return new Mount()
        .withType(MountType.BIND)
        .withSource(folder.local().toAbsolutePath().toString())
        .withTarget(folder.path())
        .withReadOnly(!folder.writable());
  }

  private static PortBinding onLoopback(int port) {
    return new PortBinding(Ports.Binding.bindIp("127.0.0.1"), ExposedPort.tcp(port));
  }

  private static void useGpus(Connection connection, HostConfig host, List<String> environment) {
    if (!connection.nvidiaRuntime()) {
      throw new EngineException(
          "a GPU instance type was asked for, but this Docker has no runtime named nvidia. Install the"
              + " NVIDIA Container Toolkit and run `nvidia-ctk runtime configure`, or choose a CPU"
              + " instance type");
    }
    host.withRuntime("nvidia");
    environment.add("NVIDIA_VISIBLE_DEVICES=all");
    environment.add("NVIDIA_DRIVER_CAPABILITIES=compute,utility");
  }
}
