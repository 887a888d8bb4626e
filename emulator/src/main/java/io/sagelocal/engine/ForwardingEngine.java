package io.sagelocal.engine;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Hands every call on to another engine, for a class that changes a few of them. */
public class ForwardingEngine implements ContainerEngine {
  private final ContainerEngine engine;

  protected ForwardingEngine(ContainerEngine engine) {
    this.engine = engine;
  }

  @Override
  public HostAccess connect() {
    return engine.connect();
  }

  @Override
  public MachineSize machine() {
    return engine.machine();
  }

  @Override
  public List<String> gpus() {
    return engine.gpus();
  }

  @Override
  public boolean layers() {
    return engine.layers();
  }

  @Override
  public boolean hasImage(String image) {
    return engine.hasImage(image);
  }

  @Override
  public void pull(String image) {
    engine.pull(image);
  }

  @Override
  public ContainerId start(ContainerSpec spec) {
    return engine.start(spec);
  }

  @Override
  public List<ContainerId> startTogether(List<ContainerSpec> specs) {
    return engine.startTogether(specs);
  }

  @Override
  public Optional<ContainerId> find(String name) {
    return engine.find(name);
  }

  @Override
  public Exit await(ContainerId id) throws InterruptedException {
    return engine.await(id);
  }

  @Override
  public void stop(ContainerId id, Duration grace) {
    engine.stop(id, grace);
  }

  @Override
  public void remove(ContainerId id) {
    engine.remove(id);
  }

  @Override
  public void readLog(ContainerId id, LogSink sink) throws InterruptedException {
    engine.readLog(id, sink);
  }

  @Override
  public InetSocketAddress address(ContainerId id, int port) {
    return engine.address(id, port);
  }

  @Override
  public Map<String, String> containersLabelled(String label) {
    return engine.containersLabelled(label);
  }

  @Override
  public void createNetwork(String name, boolean isolated, Map<String, String> labels) {
    engine.createNetwork(name, isolated, labels);
  }

  @Override
  public void removeNetwork(String name) {
    engine.removeNetwork(name);
  }

  @Override
  public Map<String, String> networksLabelled(String label) {
    return engine.networksLabelled(label);
  }

  @Override
  public Map<String, String> volumesLabelled(String label) {
    return engine.volumesLabelled(label);
  }

  @Override
  public void removeVolume(String name) {
    engine.removeVolume(name);
  }

  @Override
  public void deleteFolder(Path folder) {
    engine.deleteFolder(folder);
  }
}
