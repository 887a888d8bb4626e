package io.sagelocal.serving;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.models.ModelData;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a container with Mode MultiModel: each is brought and loaded when it is first asked
 * for, and the one that was used longest ago makes room when the container has none left.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html
 */
final class ModelsOnDemand {
  private static final Logger log = LoggerFactory.getLogger(ModelsOnDemand.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String IN_CONTAINER = "/opt/ml/models/";
  private static final int OK = 200;
  private static final int ALREADY_LOADED = 409;
  private static final int NO_ROOM = 507;

  private final ServingContext context;
  private final ModelServerSpec spec;
  private final InetSocketAddress address;
  private final HttpClient http = ModelHttp.client().build();

  /** By target model, the one used longest ago first. */
  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Entry {
    final CompletableFuture<Void> loaded = new CompletableFuture<>();
    int uses;
  }

  ModelsOnDemand(ServingContext context, ModelServerSpec spec, InetSocketAddress address) {
    this.context = context;
    this.spec = spec;
    this.address = address;
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
    boolean first = false;
    synchronized (entries) {
      Entry there = entries.get(target);
      if (there == null) {
        there = new Entry();
        entries.put(target, there);
        first = true;
      }
      there.uses++;
      entry = there;
    }
    try {
      if (first) {
        bring(target, entry);
      }
      entry.loaded.get();
      return new LoadedModel("/models/" + nameOf(target) + "/invoke", () -> used(target, entry));
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
  private void bring(String target, Entry entry) throws InterruptedException {
    try {
      if (send("GET", "/models/" + nameOf(target), null).statusCode() != OK) {
        download(target);
        register(target);
      }
      entry.loaded.complete(null);
    } catch (LoadFailure | RuntimeException | InterruptedException e) {
      forget(target, entry);
      entry.loaded.completeExceptionally(e);
      if (e instanceof InterruptedException interrupted) {
        throw interrupted;
      }
    }
  }

  private void download(String target) {
    S3Uri prefix = spec.container().data().map(ModelData::source).orElseThrow();
    S3Uri archive = prefix.child(target);
    Path folder = folder(target);
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

  private void register(String target) throws LoadFailure, InterruptedException {
    String name = nameOf(target);
    while (true) {
      HttpResponse<String> answer =
          send(
              "POST",
              "/models",
              json(Map.of("model_name", name, "url", IN_CONTAINER + name + "/model")));
      int status = answer.statusCode();
      if (status == OK || status == ALREADY_LOADED) {
        return;
      }
      send("DELETE", "/models/" + name, null); // servers keep what failed, as if it were loaded
      if (status != NO_ROOM || !makeRoom()) {
        context.engine().deleteFolder(folder(target));
        throw new LoadFailure(status, answer.body());
      }
    }
  }

  /** Unloads what nobody uses and was used longest ago; answers whether there was such a one. */
  private boolean makeRoom() throws LoadFailure, InterruptedException {
    Optional<String> least;
    synchronized (entries) {
      least =
          entries.entrySet().stream()
              .filter(each -> each.getValue().uses == 0)
              .map(Map.Entry::getKey)
              .findFirst();
      least.ifPresent(entries::remove);
    }
    if (least.isPresent()) {
      unload(least.get());
    }
    return least.isPresent();
  }

  private void used(String target, Entry entry) {
    boolean unload;
    synchronized (entries) {
      entry.uses--;
      unload = entry.uses == 0 && !spec.container().keepsModels() && entries.remove(target, entry);
    }
    if (unload) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              unload(target);
            } catch (LoadFailure e) {
              log.warn("model {} could not be unloaded: {}", target, e.getMessage());
            } catch (InterruptedException e) {
              log.debug("let go of model {}", target);
            }
          });
    }
  }

  private void unload(String target) throws LoadFailure, InterruptedException {
    send("DELETE", "/models/" + nameOf(target), null);
    context.engine().deleteFolder(folder(target));
  }

  private void forget(String target, Entry entry) {
    synchronized (entries) {
      entries.remove(target, entry);
    }
  }

  private HttpResponse<String> send(String method, String path, byte @Nullable [] body)
      throws LoadFailure, InterruptedException {
    URI uri =
        URI.create("http://%s:%d%s".formatted(address.getHostString(), address.getPort(), path));
    try {
      return http.send(
          HttpRequest.newBuilder(uri)
              .timeout(PATIENCE)
              .header("Content-Type", "application/json")
              .method(
                  method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new LoadFailure(
          0, "%s %s was not answered: %s".formatted(method, path, e.getMessage()));
    }
  }

  private Path folder(String target) {
    return spec.folder().resolve("models").resolve(nameOf(target));
  }

  /** Keys have characters that neither files nor the container's paths have. */
  private static String nameOf(String target) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(target.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static byte[] json(Map<String, String> value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
