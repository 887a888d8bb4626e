package io.sagelocal.serving;

import io.sagelocal.aws.ServiceError;
import io.sagelocal.models.ModelData;
import io.sagelocal.objects.S3Uri;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a container with Mode MultiModel: each is brought and loaded when it is first asked
 * for, and the one that was used longest ago makes room when the container has none left.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html
 */
final class ModelsOnDemand {
  private static final Logger log = LoggerFactory.getLogger(ModelsOnDemand.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String IN_CONTAINER = "/opt/ml/models/";
  private static final int OK = 200;
  private static final int ALREADY_LOADED = 409;
  private static final int NO_ROOM = 507;
  private static final int NAME_BYTES = 16;

  /** What {@link #nameOf} makes; a container may have models that we did not give it. */
  private static final Pattern OURS = Pattern.compile("[0-9a-f]{" + 2 * NAME_BYTES + "}");

  private final ServingContext context;
  private final ModelServerSpec spec;
  private final ContainerModels models;

  /** By target model, the one used longest ago first. */
  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * By name, the models being unloaded: whoever brings one of them again waits until it is gone.
   * Guarded by {@code entries}.
   */
  private final Map<String, CountDownLatch> leaving = new HashMap<>();

  private static final class Entry {
    final String target;
    final String name;
    final CompletableFuture<Void> loaded = new CompletableFuture<>();
    int uses;

    Entry(String target) {
      this.target = target;
      this.name = nameOf(target);
    }
  }

  ModelsOnDemand(ServingContext context, ModelServerSpec spec, Function<String, URI> addresses) {
    this.context = context;
    this.spec = spec;
    this.models = new ContainerModels(spec.containerName(), addresses, PATIENCE);
  }

  /** Whether a model is loaded or being loaded. */
  boolean has(String target) {
    synchronized (entries) {
      return entries.containsKey(target);
    }
  }

  /**
   * Has a model loaded, and keeps it so until the answer is closed.
   *
   * @param target the key of its archive below the container's ModelDataUrl
   * @throws ServiceError a ValidationError when there is no such object
   * @throws LoadFailure when the container does not load it
   */
  LoadedModel load(String target) throws LoadFailure, InterruptedException {
    Entry entry;
    boolean first;
    synchronized (entries) {
      first = !entries.containsKey(target);
      entry = entries.computeIfAbsent(target, Entry::new);
      entry.uses++;
    }
    try {
      if (first) {
        bring(entry);
      }
      entry.loaded.get();
      return new LoadedModel("/models/" + entry.name + "/invoke", () -> used(entry));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LoadFailure failure) {
        throw failure;
      }
      if (e.getCause() instanceof ServiceError error) {
        throw error;
      }
      throw new IllegalStateException(e);
    }
  }

  /** Those who wait for the same model learn of a failure too, and the next one tries again. */
  private void bring(Entry entry) throws InterruptedException {
    try {
      awaitGone(entry.name);
      if (!models.knows(entry.name)) {
        download(entry);
        register(entry.name);
      }
      entry.loaded.complete(null);
    } catch (LoadFailure | RuntimeException | InterruptedException e) {
      forget(entry);
      entry.loaded.completeExceptionally(e);
      if (e instanceof InterruptedException interrupted) {
        throw interrupted;
      }
    }
  }

  private void awaitGone(String name) throws InterruptedException {
    CountDownLatch gone;
    synchronized (entries) {
      gone = leaving.get(name);
    }
    if (gone != null) {
      gone.await();
    }
  }

  private void download(Entry entry) {
    S3Uri prefix = spec.container().data().map(ModelData::source).orElseThrow();
    S3Uri archive = prefix.child(entry.target);
    Path folder = folder(entry.name);
    context.engine().deleteFolder(folder);
    try {
      new ModelDownload(
              context.objects(),
              context.timeline(),
              spec.instance().timeLimits().download(),
              () -> false)
          .download(new ModelData(archive, ModelData.Form.ARCHIVE), folder.resolve("model"));
    } catch (ServingFailure e) {
      context.engine().deleteFolder(folder);
      throw new ServiceError(
          "ValidationError",
          "Failed to download model data(bucket: %s, key: %s). Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions to download the model. %s"
              .formatted(archive.bucket(), archive.key(), e.reason()));
    }
  }

  private void register(String name) throws LoadFailure, InterruptedException {
    Set<String> askedToGo = new HashSet<>();
    while (true) {
      HttpResponse<String> answer = models.load(name, IN_CONTAINER + name + "/model");
      int status = answer.statusCode();
      if (status == OK || status == ALREADY_LOADED) {
        return;
      }
      models.unload(name); // servers keep what failed, as if it were loaded
      if (status != NO_ROOM || !makeRoom(askedToGo)) {
        context.engine().deleteFolder(folder(name));
        throw new LoadFailure(status, answer.body());
      }
    }
  }

  /**
   * Unloads what nobody uses and was used longest ago, or waits for those that leave already;
   * answers whether there was such a one.
   *
   * @param askedToGo those that were unloaded for the same model before; whichever is still there
   *     would not go
   */
  private boolean makeRoom(Set<String> askedToGo) throws LoadFailure, InterruptedException {
    Set<String> listed = models.names();
    listed.removeAll(askedToGo);
    Optional<String> chosen;
    List<CountDownLatch> others;
    synchronized (entries) {
      others = List.copyOf(leaving.values());
      chosen = leftOver(listed).or(this::idle);
      chosen.ifPresent(this::beginsToLeave);
    }
    if (chosen.isPresent()) {
      askedToGo.add(chosen.get());
      unload(chosen.get());
      return true;
    }
    for (CountDownLatch gone : others) {
      gone.await();
    }
    return !others.isEmpty();
  }

  /**
   * One that the container has had since before we were started: nobody has asked for it since, so
   * it was used longest ago.
   */
  private Optional<String> leftOver(Set<String> listed) {
    Set<String> ours = new HashSet<>(leaving.keySet());
    entries.values().forEach(entry -> ours.add(entry.name));
    return listed.stream()
        .filter(name -> OURS.matcher(name).matches() && !ours.contains(name))
        .findFirst();
  }

  /** The one used longest ago of those that nobody uses, which is an entry no more. */
  private Optional<String> idle() {
    Optional<Entry> least = entries.values().stream().filter(entry -> entry.uses == 0).findFirst();
    least.ifPresent(entry -> entries.remove(entry.target));
    return least.map(entry -> entry.name);
  }

  private void beginsToLeave(String name) {
    leaving.put(name, new CountDownLatch(1));
  }

  private void used(Entry entry) {
    synchronized (entries) {
      entry.uses--;
      if (entry.uses > 0
          || spec.container().keepsModels()
          || !entries.remove(entry.target, entry)) {
        return;
      }
      beginsToLeave(entry.name);
    }
    Thread.ofVirtual()
        .start(() -> {
          try {
            unload(entry.name);
          } catch (LoadFailure e) {
            log.warn("model {} could not be unloaded: {}", entry.target, e.getMessage());
          } catch (InterruptedException e) {
            log.debug("let go of model {}", entry.target);
          }
        });
  }

  /** Has a model go that has begun to leave; it has left, whatever comes of that. */
  private void unload(String name) throws LoadFailure, InterruptedException {
    try {
      if (models.unload(name)) {
        context.engine().deleteFolder(folder(name));
      } else {
        log.warn("the container of {} would not unload {}", spec.containerName(), name);
      }
    } finally {
      synchronized (entries) {
        Optional.ofNullable(leaving.remove(name)).ifPresent(CountDownLatch::countDown);
      }
    }
  }

  private void forget(Entry entry) {
    synchronized (entries) {
      entries.remove(entry.target, entry);
    }
  }

  private Path folder(String name) {
    return spec.folder().resolve("models").resolve(name);
  }

  /** Keys have characters that neither files nor the container's paths have. */
  private static String nameOf(String target) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(target.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
