package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.serving.ModelHttp;
import io.sagelocal.serving.ModelServer;
import io.sagelocal.state.Records;
import io.sagelocal.state.Stored;
import io.sagelocal.state.Timeline;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Invocations that are answered to S3. Each is on record from its acceptance until its answer or
 * error can be read there, so that a crash loses none; one that was under way then is done again.
 * Each waits for its turn on a virtual thread of its own.
 */
public final class AsyncInvocations implements AutoCloseable {
  /** The kind of record an asynchronous invocation is. */
  public static final String KIND = "async-invocation";

  private static final Logger log = LoggerFactory.getLogger(AsyncInvocations.class);
  private static final Duration NEXT_TRY = Duration.ofMillis(500);
  private static final long MAX_INPUT_BYTES = 1L << 30;
  private static final int MAX_ERROR_BYTES = 1 << 20;
  private static final int OK = 200;
  private static final int NO_SUCCESS = 300;

  private final Records<AsyncInvocation> records;
  private final Endpoints endpoints;
  private final ObjectStore objects;
  private final Timeline timeline;
  private final Path folder;
  private final Map<Turns, Semaphore> turns = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Made for the first invocation, for it would slow every start. */
  private @Nullable HttpClient http;

  /** Whose turn it is is decided per endpoint, anew when that has another size. */
  private record Turns(Scope scope, String endpoint, int size) {}

  /** A container refused; its answer is the error that is written. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String message) {
      super(message);
    }
  }

  /**
   * @param folder where answers are until they are whole
   */
  public AsyncInvocations(
      Records<AsyncInvocation> records,
      Endpoints endpoints,
      ObjectStore objects,
      Timeline timeline,
      Path folder) {
    this.records = records;
    this.endpoints = endpoints;
    this.objects = objects;
    this.timeline = timeline;
    this.folder = folder;
  }

  private synchronized HttpClient http() {
    if (http == null) {
      http = ModelHttp.client().executor(threads).build();
    }
    return http;
  }

  /** Takes up what an earlier run of the emulator accepted. */
  public void resume() {
    for (Stored<AsyncInvocation> stored : records.all()) {
      threads.execute(() -> live(stored.scope(), stored.value()));
    }
  }

  /**
   * Accepts an invocation.
   *
   * @param inferenceId the caller's own name for it
   * @param headers what the container is told
   * @param waits how long it may wait for its turn
   * @param patience how long the container may take
   * @throws ServiceError a ValidationError when there is no such endpoint, it does not answer to
   *     S3, or it is not in service
   */
  public AsyncInvocation accept(
      Scope scope,
      String endpoint,
      S3Uri input,
      Optional<String> inferenceId,
      Map<String, String> headers,
      Duration waits,
      Duration patience) {
    AsyncRules rules = endpoints.requireAsync(scope, endpoint);
    String id = UUID.randomUUID().toString();
    AsyncInvocation accepted =
        new AsyncInvocation(
            id,
            endpoint,
            inferenceId.orElse(id),
            input,
            headers,
            rules.output().child(id + ".out"),
            rules.failure().map(place -> place.child(id + "-error.out")),
            timeline.now().plus(waits),
            patience);
    records.put(scope, id, accepted);
    threads.execute(() -> live(scope, accepted));
    return accepted;
  }

  /** Lets go of everything under way; it is done again after the next start. */
  @Override
  public void close() {
    threads.shutdownNow();
    synchronized (this) {
      if (http != null) {
        http.close();
      }
    }
    threads.close();
  }

  private void live(Scope scope, AsyncInvocation invocation) {
    try {
      try {
        answer(scope, invocation);
      } catch (Refusal e) {
        fail(invocation, String.valueOf(e.getMessage()));
      } catch (ServiceError | ObjectStoreException | IOException e) {
        fail(invocation, "The request could not be answered: " + e.getMessage());
      }
      records.delete(scope, invocation.id());
    } catch (InterruptedException e) {
      log.debug("let go of asynchronous invocation {}", invocation.id());
    } catch (RuntimeException e) {
      log.error("asynchronous invocation {} met an unexpected error", invocation.id(), e);
    }
  }

  private void answer(Scope scope, AsyncInvocation invocation)
      throws IOException, Refusal, InterruptedException {
    Semaphore turn = turns(scope, invocation.endpoint());
    turn.acquire();
    try (Route route = awaitRoute(scope, invocation)) {
      Files.createDirectories(folder);
      Path before = folder.resolve(invocation.id());
      Path after = folder.resolve(invocation.id() + ".next");
      try {
        String type = invocation.headers().getOrDefault("Content-Type", "application/octet-stream");
        BodyPublisher body = input(invocation);
        for (ModelServer server : route.stages()) {
          boolean last = server.equals(route.stages().getLast());
          HttpResponse<Path> response = send(server, invocation, type, last, body, after);
          route.answered();
          type = response.headers().firstValue("Content-Type").orElse(type);
          Files.move(after, before, StandardCopyOption.REPLACE_EXISTING);
          body = BodyPublishers.ofFile(before);
        }
        objects.write(invocation.output(), before);
      } finally {
        Files.deleteIfExists(before);
        Files.deleteIfExists(after);
      }
    } finally {
      turn.release();
    }
  }

  private Semaphore turns(Scope scope, String endpoint) {
    int size = endpoints.requireAsyncSlots(scope, endpoint);
    return turns.computeIfAbsent(
        new Turns(scope, endpoint, size), each -> new Semaphore(each.size(), true));
  }

  /** Containers that are started again are waited for, as long as the request may wait. */
  private Route awaitRoute(Scope scope, AsyncInvocation invocation)
      throws Refusal, InterruptedException {
    while (true) {
      Instant now = timeline.now();
      if (now.isAfter(invocation.expires())) {
        throw new Refusal("The request expired before an instance could take it");
      }
      try {
        return endpoints.route(scope, invocation.endpoint(), InvocationTarget.ASYNC);
      } catch (ServiceError e) {
        if (!e.code().equals("ServiceUnavailable")) {
          throw e;
        }
        timeline.sleep(NEXT_TRY);
      }
    }
  }

  private BodyPublisher input(AsyncInvocation invocation) throws Refusal {
    ObjectInfo info =
        objects
            .find(invocation.input())
            .orElseThrow(
                () -> new Refusal("InputLocation %s does not exist".formatted(invocation.input())));
    if (info.size() > MAX_INPUT_BYTES) {
      throw new Refusal(
          "InputLocation %s has %d bytes; at most %d are allowed"
              .formatted(invocation.input(), info.size(), MAX_INPUT_BYTES));
    }
    return info.size() == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(() -> open(invocation.input())), info.size());
  }

  private InputStream open(S3Uri object) {
    Optional<Path> local = objects.localFile(object);
    try {
      return local.isPresent() ? Files.newInputStream(local.get()) : objects.read(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<Path> send(
      ModelServer server,
      AsyncInvocation invocation,
      String type,
      boolean last,
      BodyPublisher body,
      Path answer)
      throws IOException, Refusal, InterruptedException {
    InetSocketAddress address = server.address();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://%s:%d/invocations"
                        .formatted(address.getHostString(), address.getPort())))
            .timeout(invocation.patience())
            .POST(body);
    invocation
        .headers()
        .forEach((name, value) -> {
          if (!name.equals("Content-Type") && (last || !name.equals("Accept"))) {
            request.header(name, value);
          }
        });
    request.header("Content-Type", type);
    HttpResponse<Path> response = http().send(request.build(), BodyHandlers.ofFile(answer));
    if (response.statusCode() < OK || response.statusCode() >= NO_SUCCESS) {
      throw new Refusal(
          "Received error (%d) from %s with message \"%s\""
              .formatted(response.statusCode(), server.name(), start(answer)));
    }
    return response;
  }

  private static String start(Path text) throws IOException {
    try (InputStream bytes = Files.newInputStream(text)) {
      return new String(bytes.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
    }
  }

  private void fail(AsyncInvocation invocation, String why) {
    log.warn(
        "asynchronous invocation {} of {} failed: {}", invocation.id(), invocation.endpoint(), why);
    if (invocation.failure().isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(folder);
      Path text = folder.resolve(invocation.id() + ".error");
      Files.writeString(text, why);
      objects.write(invocation.failure().get(), text);
      Files.delete(text);
    } catch (IOException | ObjectStoreException e) {
      log.error("the error of asynchronous invocation {} could not be written", invocation.id(), e);
    }
  }
}
