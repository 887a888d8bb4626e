package io.sagelocal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Containers that are threads of this JVM; what an image does is a {@link Program}. */
public final class FakeContainerEngine implements ContainerEngine {
  private static final int KILLED = 137;
  private static final int TERMINATED = 143;

  private record Running(
      ContainerSpec spec,
      ContainerId id,
      FakeHost host,
      FakeLog log,
      Thread thread,
      CompletableFuture<Exit> exit) {}

  private final Map<String, Program> images = new ConcurrentHashMap<>();
  private final Map<String, Program> registry = new ConcurrentHashMap<>();
  private final Map<String, Running> containers = new ConcurrentHashMap<>();
  private final Map<String, Map<String, String>> networks = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private volatile boolean down;

  /** An image of this machine. */
  public FakeContainerEngine image(String name, Program program) {
    images.put(name, program);
    return this;
  }

  /** An image that a pull brings. */
  public FakeContainerEngine remoteImage(String name, Program program) {
    registry.put(name, program);
    return this;
  }

  /** Whether the engine does not answer. */
  public void down(boolean isDown) {
    down = isDown;
  }

  /** Ends a running container as the kernel or somebody's {@code kill -9} would. */
  public void kill(String name, boolean outOfMemory) {
    Running running = Objects.requireNonNull(containers.get(name), name);
    running.exit().complete(new Exit(KILLED, outOfMemory));
    running.log().end();
    running.thread().interrupt();
    running.host().close();
  }

  /** The names of the containers that are there, running or ended. */
  public List<String> containers() {
    return containers.keySet().stream().sorted().toList();
  }

  /** What the containers that are there were asked for. */
  public List<ContainerSpec> specs() {
    return containers.values().stream().map(Running::spec).toList();
  }

  @Override
  public HostAccess connect() {
    requireUp();
    return new HostAccess("127.0.0.1", Optional.empty());
  }

  @Override
  public boolean hasImage(String image) {
    requireUp();
    return images.containsKey(image);
  }

  @Override
  public void pull(String image) {
    requireUp();
    Program program = registry.get(image);
    if (program == null) {
      throw new ImageNotFoundException(image, "no registry has it");
    }
    images.put(image, program);
  }

  @Override
  public synchronized ContainerId start(ContainerSpec spec) {
    requireUp();
    Running there = containers.get(spec.name());
    if (there != null) {
      if (!there.spec().labels().equals(spec.labels())) {
        throw new EngineException(
            "there is a container named " + spec.name() + " which is not ours");
      }
      return there.id();
    }
    Program program = images.get(spec.image());
    if (program == null) {
      throw new ImageNotFoundException(spec.image(), "it is not here");
    }
    for (Folder folder : spec.folders()) {
      if (!Files.isDirectory(folder.local())) {
        throw new EngineException("folder %s is not there".formatted(folder.local()));
      }
    }
    ContainerId id = new ContainerId(spec.name(), "%012x".formatted(ids.incrementAndGet()));
    FakeLog log = new FakeLog();
    FakeHost host = new FakeHost(spec, log);
    CompletableFuture<Exit> exit = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual().unstarted(() -> exit.complete(new Exit(run(program, host, log), false)));
    containers.put(spec.name(), new Running(spec, id, host, log, thread, exit));
    thread.start();
    return id;
  }

  private static int run(Program program, FakeHost host, FakeLog log) {
    try {
      return program.run(host);
    } catch (InterruptedException e) {
      return host.terminated().isDone() ? TERMINATED : KILLED;
    } catch (Exception e) {
      host.print(e.toString());
      return 1;
    } finally {
      host.close();
      log.end();
    }
  }

  @Override
  public Optional<ContainerId> find(String name) {
    requireUp();
    return Optional.ofNullable(containers.get(name)).map(Running::id);
  }

  @Override
  public Exit await(ContainerId id) throws InterruptedException {
    try {
      return require(id).exit().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void stop(ContainerId id, Duration grace) {
    Running running = containers.get(id.name());
    if (running == null) {
      return;
    }
    running.host().terminated().complete(null);
    running.thread().interrupt();
    try {
      running.exit().get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      running.exit().complete(new Exit(KILLED, false));
      running.log().end();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void remove(ContainerId id) {
    requireUp();
    Running running = containers.remove(id.name());
    if (running != null) {
      running.thread().interrupt();
      running.exit().complete(new Exit(KILLED, false));
      running.log().end();
    }
  }

  @Override
  public void readLog(ContainerId id, LogSink sink) throws InterruptedException {
    Running running = containers.get(id.name());
    if (running != null) {
      running.log().read(sink);
    }
  }

  @Override
  public InetSocketAddress address(ContainerId id, int port) {
    return require(id)
        .host()
        .address()
        .orElseThrow(() -> new EngineException("container %s has no address".formatted(id.name())));
  }

  @Override
  public Map<String, String> containersLabelled(String label) {
    Map<String, String> found = new TreeMap<>();
    containers.forEach((name, running) -> {
      String value = running.spec().labels().get(label);
      if (value != null) {
        found.put(name, value);
      }
    });
    return found;
  }

  @Override
  public void createNetwork(String name, Map<String, String> labels) {
    networks.putIfAbsent(name, labels);
  }

  @Override
  public void removeNetwork(String name) {
    networks.remove(name);
  }

  @Override
  public List<String> networksLabelled(String label) {
    return networks.entrySet().stream()
        .filter(network -> network.getValue().containsKey(label))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void deleteFolder(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Running require(ContainerId id) {
    Running running = containers.get(id.name());
    if (running == null) {
      throw new EngineException("container %s is gone".formatted(id.name()));
    }
    return running;
  }

  private void requireUp() {
    if (down) {
      throw new EngineUnavailableException("the engine does not answer; start it");
    }
  }
}
