package io.sagelocal.docker;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.HostAccess;
import io.sagelocal.engine.LogSink;
import io.sagelocal.engine.MachineSize;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Containers on a Docker daemon of this machine. */
public final class DockerContainerEngine implements ContainerEngine, AutoCloseable {
  private final Daemon daemon;
  private final ImageStore images;
  private final Containers containers;
  private final Networks networks;
  private final Volumes volumes;
  private final Relays relays;
  private final Deletion deletion;
  private final GpuDevices gpuDevices;
  private final LookingInto lookingInto;

  /**
   * @param environment where DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, HOME and XDG_RUNTIME_DIR
   *     are looked up
   */
  public DockerContainerEngine(Map<String, String> environment) {
    this.daemon = new Daemon(environment);
    this.images = new ImageStore(daemon);
    this.containers = new Containers(daemon);
    this.networks = new Networks(daemon);
    this.volumes = new Volumes(daemon);
    this.relays = new Relays(daemon, containers);
    this.deletion = new Deletion(daemon, containers, images);
    this.lookingInto = new LookingInto(daemon, containers);
    this.gpuDevices = new GpuDevices(daemon, containers, images, environment);
  }

  /** Makes the first connection too, which takes a cold JVM half a second. */
  @Override
  public HostAccess connect() {
    return daemon.greet().access();
  }

  @Override
  public MachineSize machine() {
    return daemon.abilities().machine();
  }

  @Override
  public List<String> gpus() {
    return gpuDevices.names();
  }

  @Override
  public boolean layers() {
    return containers.layers();
  }

  @Override
  public boolean hasImage(String image) {
    return images.has(image);
  }

  @Override
  public void pull(String image) {
    images.pull(image);
  }

  @Override
  public ContainerId start(ContainerSpec spec) {
    ContainerId id = containers.start(spec);
    deletion.used(spec.image());
    return id;
  }

  @Override
  public List<ContainerId> startTogether(List<ContainerSpec> specs) {
    List<ContainerId> ids = containers.startTogether(specs);
    specs.forEach(spec -> deletion.used(spec.image()));
    return ids;
  }

  @Override
  public Optional<ContainerId> find(String name) {
    return containers.find(name);
  }

  @Override
  public Exit await(ContainerId id) throws InterruptedException {
    return new Ending(daemon, containers, id).await();
  }

  @Override
  public void stop(ContainerId id, Duration grace) {
    containers.stop(id, grace);
  }

  @Override
  public void remove(ContainerId id) {
    containers.remove(id);
  }

  @Override
  public void readLog(ContainerId id, LogSink sink) throws InterruptedException {
    new LogReading(daemon, containers, id, sink).read();
  }

  @Override
  public InetSocketAddress address(ContainerId id, int port) {
    return containers
        .inspect(id.id())
        .flatMap(found -> relays.before(found, port))
        .flatMap(found -> Addresses.of(found, port, daemon.abilities().sharesNetwork()))
        .orElseThrow(() ->
            new EngineException(
                "container %s does not run, so port %d has no address".formatted(id.name(), port)));
  }

  @Override
  public Map<String, String> containersLabelled(String label) {
    return containers.labelled(label);
  }

  @Override
  public void createNetwork(String name, boolean isolated, Map<String, String> labels) {
    networks.create(name, isolated, labels);
  }

  @Override
  public void removeNetwork(String name) {
    relays.remove(name);
    networks.remove(name);
  }

  @Override
  public Map<String, String> networksLabelled(String label) {
    return networks.labelled(label);
  }

  @Override
  public Map<String, String> volumesLabelled(String label) {
    return volumes.labelled(label);
  }

  @Override
  public void removeVolume(String name) {
    volumes.remove(name);
  }

  /** The names of images with such a label. */
  public List<String> imagesLabelled(String label) {
    return images.labelled(label);
  }

  /**
   * Removes an image that no container uses.
   *
   * @throws EngineException when one does
   */
  public void removeImage(String image) {
    images.remove(image);
  }

  /** Shell lines that run these containers once more, under other names and in this order. */
  public List<String> rerun(List<String> names) {
    return lookingInto.rerun(names);
  }

  /**
   * A shell in a container, or in a copy of one that has ended.
   *
   * @param terminal whether it talks to a person
   */
  public ContainerShell shell(String name, boolean terminal) {
    return lookingInto.shell(name, terminal);
  }

  @Override
  public void deleteFolder(Path folder) {
    deletion.delete(folder);
  }

  @Override
  public void close() {
    daemon.close();
  }
}
