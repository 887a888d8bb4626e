package io.sagelocal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
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

  /** A network; an isolated one leads nowhere but to its containers. */
  public record Network(boolean isolated, Map<String, String> labels) {}

  private final Map<String, Program> images = new ConcurrentHashMap<>();
  private final Map<String, Program> registry = new ConcurrentHashMap<>();
  private final Map<String, Runnable> slow = new ConcurrentHashMap<>();
  private final Map<String, Running> containers = new ConcurrentHashMap<>();
  private final Map<String, Network> networks = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private volatile MachineSize machine = new MachineSize(2, 8L << 30);
  private volatile List<String> gpus = List.of();
  private volatile HostAccess access = new HostAccess("127.0.0.1", Optional.empty());
  private volatile boolean layers = true;
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

  /** An image whose pull never ends by itself. */
  public FakeContainerEngine slowImage(String name, Runnable pulling) {
    slow.put(name, pulling);
    return this;
  }

  /** An address of this machine that containers seem to know it by. */
  public FakeContainerEngine reachesHostAt(InetAddress address) {
    access = new HostAccess(address.getHostAddress(), Optional.of(address));
    return this;
  }

  /** The machine that the containers seem to run on. */
  public FakeContainerEngine machine(MachineSize size, String... gpuNames) {
    machine = size;
    gpus = List.of(gpuNames);
    return this;
  }

  /** The networks that are there. */
  public Map<String, Network> networks() {
    return Map.copyOf(networks);
  }

  /** Whether it says that it can lay folders over others. */
  public FakeContainerEngine layers(boolean canLayer) {
    layers = canLayer;
    return this;
  }

  /** Whether the engine does not answer. */
  public void down(boolean isDown) {
    down = isDown;
  }

  /** Ends a running container as the kernel or somebody's {@code kill -9} would. */
  public void kill(String name, boolean outOfMemory) {
    assertThat(killIfThere(name, outOfMemory)).as("container %s is there", name).isTrue();
  }

  /** As {@link #kill}; answers whether there was such a container. */
  public boolean killIfThere(String name, boolean outOfMemory) {
    Running running = containers.get(name);
    if (running == null) {
      return false;
    }
    running.exit().complete(new Exit(KILLED, outOfMemory));
    running.log().end();
    running.thread().interrupt();
    running.host().close();
    return true;
  }

  /**
   * Has a running container listen no more, as one that has ended while the engine has not told so.
   */
  public void deafen(String name) {
    Running running = containers.get(name);
    assertThat(running).as("container %s is there", name).isNotNull();
    if (running != null) {
      running.host().fallSilent();
    }
  }

  /** As {@link #loseIfThere}, of a container that is there. */
  public void lose(String name) {
    assertThat(loseIfThere(name)).as("container %s is there", name).isTrue();
  }

  /**
   * Ends a running container as the end of the engine itself would, which is no end of its own;
   * answers whether there was such a container.
   */
  public boolean loseIfThere(String name) {
    Running running = containers.get(name);
    if (running == null) {
      return false;
    }
    running
        .exit()
        .completeExceptionally(
            new EngineUnavailableException("the engine was stopped, and " + name + " with it"));
    running.log().end();
    running.thread().interrupt();
    running.host().close();
    return true;
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
    return access;
  }

  @Override
  public MachineSize machine() {
    requireUp();
    return machine;
  }

  @Override
  public List<String> gpus() {
    requireUp();
    return gpus;
  }

  @Override
  public boolean layers() {
    requireUp();
    return layers;
  }

  @Override
  public boolean hasImage(String image) {
    requireUp();
    return images.containsKey(image);
  }

  @Override
  public void pull(String image) {
    requireUp();
    Runnable pulling = slow.get(image);
    if (pulling != null) {
      pullForEver(image, pulling);
    }
    Program program = registry.get(image);
    if (program == null) {
      throw new ImageNotFoundException(image, "no registry has it");
    }
    images.put(image, program);
  }

  private static void pullForEver(String image, Runnable pulling) {
    pulling.run();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("pulling " + image + " was interrupted", e);
    }
  }

  @Override
  public ContainerId start(ContainerSpec spec) {
    return startTogether(List.of(spec)).getFirst();
  }

  @Override
  public synchronized List<ContainerId> startTogether(List<ContainerSpec> specs) {
    requireUp();
    List<Running> made = new ArrayList<>();
    try {
      for (ContainerSpec spec : specs) {
        made.add(make(spec));
      }
    } catch (RuntimeException e) {
      made.forEach(one -> remove(one.id()));
      throw e;
    }
    made.stream()
        .map(Running::thread)
        .filter(thread -> thread.getState() == Thread.State.NEW)
        .forEach(Thread::start);
    return made.stream().map(Running::id).toList();
  }

  private Running make(ContainerSpec spec) {
    Running there = containers.get(spec.name());
    if (there != null) {
      if (!there.spec().labels().equals(spec.labels())) {
        throw new EngineException(
            "there is a container named " + spec.name() + " which is not ours");
      }
      return there;
    }
    Program program = images.get(spec.image());
    if (program == null) {
      throw new ImageNotFoundException(spec.image(), "it is not here");
    }
    requireParts(spec);
    spec.folders().forEach(FakeContainerEngine::layBeneath);
    ContainerId id = new ContainerId(spec.name(), "%012x".formatted(ids.incrementAndGet()));
    FakeLog log = new FakeLog();
    FakeHost host = new FakeHost(spec, log);
    CompletableFuture<Exit> exit = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual().unstarted(() -> exit.complete(new Exit(run(program, host, log), false)));
    Running made = new Running(spec, id, host, log, thread, exit);
    containers.put(spec.name(), made);
    return made;
  }

  private void requireParts(ContainerSpec spec) {
    for (Folder folder : spec.folders()) {
      if (!Files.isDirectory(folder.local())) {
        throw new EngineException("folder %s is not there".formatted(folder.local()));
      }
    }
    Optional<String> network =
        switch (spec.network()) {
          case ContainerNetwork.Named named -> Optional.of(named.name());
          case ContainerNetwork.Guarded guarded -> Optional.of(guarded.name());
          case ContainerNetwork.Standard s -> Optional.empty();
          case ContainerNetwork.None n -> Optional.empty();
        };
    if (network.isPresent() && !networks.containsKey(network.get())) {
      throw new EngineException("network %s not found".formatted(network.get()));
    }
    List<String> wanted = spec.limits().gpus();
    if (!wanted.isEmpty()
        && (gpus.isEmpty() || !(wanted.equals(Limits.ALL_GPUS) || gpus.containsAll(wanted)))) {
      throw new EngineException("GPUs %s were asked for, and there are %s".formatted(wanted, gpus));
    }
  }

  /** A container of its own sees the files beneath; here it gets copies, as all share this disk. */
  private static void layBeneath(Folder folder) {
    folder
        .beneath()
        .ifPresent(beneath -> {
          try (Stream<Path> files = Files.walk(beneath)) {
            for (Path file : files.toList()) {
              Path target = folder.local().resolve(beneath.relativize(file));
              if (!Files.exists(target)) {
                Files.copy(file, target);
              }
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
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
      if (e.getCause() instanceof EngineUnavailableException lost) {
        throw lost;
      }
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void stop(ContainerId id, Duration grace) {
    requireUp();
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
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("stopping " + id.name() + " was interrupted", e);
    } catch (ExecutionException e) {
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
  public void createNetwork(String name, boolean isolated, Map<String, String> labels) {
    requireUp();
    networks.putIfAbsent(name, new Network(isolated, Map.copyOf(labels)));
  }

  @Override
  public void removeNetwork(String name) {
    requireUp();
    networks.remove(name);
  }

  @Override
  public Map<String, String> networksLabelled(String label) {
    requireUp();
    Map<String, String> found = new TreeMap<>();
    networks.forEach((name, network) -> {
      String value = network.labels().get(label);
      if (value != null) {
        found.put(name, value);
      }
    });
    return found;
  }

  /** There are none: what its containers see is all in local folders. */
  @Override
  public Map<String, String> volumesLabelled(String label) {
    requireUp();
    return Map.of();
  }

  @Override
  public void removeVolume(String name) {
    requireUp();
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
