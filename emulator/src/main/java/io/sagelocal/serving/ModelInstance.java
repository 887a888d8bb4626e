package io.sagelocal.serving;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.Limits;
import io.sagelocal.machine.Places.Loan;
import io.sagelocal.models.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running instance of a model: every container of it. {@link #open} returns when all of them
 * answer pings; {@link #close} removes them and what they left.
 */
public final class ModelInstance implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelInstance.class);

  private final ServingContext context;
  private final InstanceSpec spec;
  private final Loan gpus;
  private final List<ModelServer> servers;
  private final CompletableFuture<Exit> exit;

  private ModelInstance(
      ServingContext context, InstanceSpec spec, Loan gpus, List<ModelServer> servers) {
    this.context = context;
    this.spec = spec;
    this.gpus = gpus;
    this.servers = List.copyOf(servers);
    this.exit =
        CompletableFuture.anyOf(
                servers.stream().map(ModelServer::exit).toArray(CompletableFuture<?>[]::new))
            .thenApply(Exit.class::cast);
  }

  /**
   * Takes up the containers of that name that still run, starts the others side by side, and waits
   * until each answers {@code /ping}, one of them ends, or the time is over.
   *
   * @param abandoned asked while waiting; when it says yes the containers are removed again
   * @throws ServingFailure saying why, with the last lines of the log; nothing is left behind
   * @throws InterruptedException with the containers as they are, for another {@code open}
   */
  public static ModelInstance open(
      ServingContext context, InstanceSpec spec, BooleanSupplier abandoned)
      throws ServingFailure, InterruptedException {
    Loan gpus = lend(context, spec);
    try {
      Limits limits = context.machine().limits(spec.type()).withGpus(gpus.gpus());
      return new ModelInstance(context, spec, gpus, open(context, spec, limits, abandoned));
    } catch (ServingFailure | InterruptedException | RuntimeException e) {
      gpus.close();
      throw e;
    }
  }

  /** Containers that still run keep the GPUs they have. */
  private static Loan lend(ServingContext context, InstanceSpec spec) throws ServingFailure {
    if (!spec.type().gpu()) {
      return context.places().lend(0);
    }
    try {
      Map<String, String> running = context.engine().containersLabelled(ModelServer.GPUS_LABEL);
      Optional<String> had =
          spec.containerNames().stream()
              .flatMap(name -> Optional.ofNullable(running.get(name)).stream())
              .findFirst();
      if (had.isPresent()) {
        return context
            .places()
            .lend(had.get().isEmpty() ? List.of() : List.of(had.get().split(",", -1)));
      }
      Loan lent = context.places().lend(context.machine().gpus(spec.type()));
      if (lent.gpus().size() < spec.type().gpus()) {
        log.info(
            "{} has {} GPU(s), {} gets {}",
            spec.type(),
            spec.type().gpus(),
            spec.containerName(),
            lent.gpus().size());
      }
      return lent;
    } catch (EngineException e) {
      throw new ServingFailure(
          "Model %s could not be run: %s".formatted(spec.model().name(), e.getMessage()), e);
    }
  }

  private static List<ModelServer> open(
      ServingContext context, InstanceSpec spec, Limits limits, BooleanSupplier abandoned)
      throws ServingFailure, InterruptedException {
    List<ModelServerSpec> specs = spec.servers();
    if (specs.size() == 1) {
      return List.of(ModelServer.open(context, specs.getFirst(), limits, abandoned));
    }
    AtomicBoolean failed = new AtomicBoolean();
    try (ExecutorService starts = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ModelServer>> starting = new ArrayList<>();
      for (ModelServerSpec each : specs) {
        starting.add(starts.submit(() -> openOne(context, each, limits, abandoned, failed)));
      }
      try {
        return await(starting);
      } catch (InterruptedException e) {
        starts.shutdownNow();
        throw e;
      }
    } catch (ServingFailure e) {
      discard(context.engine(), spec);
      throw e;
    }
  }

  private static ModelServer openOne(
      ServingContext context,
      ModelServerSpec spec,
      Limits limits,
      BooleanSupplier abandoned,
      AtomicBoolean failed)
      throws ServingFailure, InterruptedException {
    try {
      return ModelServer.open(
          context, spec, limits, () -> failed.get() || abandoned.getAsBoolean());
    } catch (ServingFailure | RuntimeException e) {
      failed.set(true);
      throw e;
    }
  }

  /** Every start comes to an end before the first failure of them is told. */
  private static List<ModelServer> await(List<Future<ModelServer>> starting)
      throws ServingFailure, InterruptedException {
    List<ModelServer> servers = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (Future<ModelServer> each : starting) {
      try {
        servers.add(each.get());
      } catch (ExecutionException e) {
        failures.add(e.getCause() == null ? e : e.getCause());
      }
    }
    if (failures.isEmpty()) {
      return servers;
    }
    servers.forEach(ModelServer::release);
    for (Throwable failure : failures) {
      if (failure instanceof ServingFailure told && !told.wasAbandoned()) {
        throw told;
      }
    }
    throw failures.getFirst() instanceof ServingFailure told
        ? told
        : new ServingFailure(String.valueOf(failures.getFirst().getMessage()), failures.getFirst());
  }

  /** What it runs. */
  public Model model() {
    return spec.model();
  }

  /** The running containers, in the model's order. */
  public List<ModelServer> servers() {
    return servers;
  }

  /** How the first container that ended did so, once one has. */
  public CompletableFuture<Exit> exit() {
    return exit.copy();
  }

  /** Lets the containers run on; another {@link #open} finds them. */
  public void release() {
    servers.forEach(ModelServer::release);
    gpus.close();
  }

  /** What its containers answer to pings, the worst of it; may take two seconds for each. */
  public Health health() {
    Health worst = Health.WELL;
    for (ModelServer server : servers) {
      Health health = server.health();
      if (health == Health.ILL) {
        return health;
      }
      worst = health == Health.SILENT ? health : worst;
    }
    return worst;
  }

  /**
   * Stops and removes the containers and the folder, whatever interrupts it; what cannot be removed
   * is in our log.
   */
  @Override
  public void close() {
    ModelServer.uninterrupted("end-" + spec.containerName(), this::end);
    release();
  }

  private void end() {
    try {
      servers.forEach(ModelServer::end);
      discard(context.engine(), spec);
    } catch (EngineException e) {
      log.error("containers {} or their folder could not be removed", spec.containerName(), e);
    }
  }

  /**
   * Stops and removes every container that carries a label with a value, and its network, except
   * those that are to stay.
   *
   * @throws EngineException when something of them may still be there
   */
  public static void sweep(ContainerEngine engine, String label, String value, Set<String> stay) {
    List<String> names =
        engine.containersLabelled(label).entrySet().stream()
            .filter(each -> each.getValue().equals(value) && !stay.contains(each.getKey()))
            .map(Map.Entry::getKey)
            .toList();
    List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    try (ExecutorService removals = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String name : names) {
        removals.execute(() -> {
          try {
            ModelServer.remove(engine, name);
          } catch (RuntimeException e) {
            failures.add(e);
          }
        });
      }
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    engine
        .networksLabelled(label)
        .forEach((name, owner) -> {
          if (owner.equals(value) && !stay.contains(name)) {
            engine.removeNetwork(name);
          }
        });
  }

  /**
   * Removes the containers and folder of a spec, whether or not they are there.
   *
   * @throws EngineException when something of them may still be there
   */
  public static void discard(ContainerEngine engine, InstanceSpec spec) {
    spec.servers().forEach(server -> ModelServer.discard(engine, server));
    engine.deleteFolder(spec.folder());
  }
}
