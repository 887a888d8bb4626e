package io.sagelocal.hosting;

import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.serving.ModelHttp;
import io.sagelocal.serving.ModelServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes asynchronous invocations through the containers of an instance, each with the answer of the
 * one before, and writes to S3 what comes of it.
 */
final class AsyncExchange implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AsyncExchange.class);
  private static final long MAX_INPUT_BYTES = 1L << 30;
  private static final int MAX_ERROR_BYTES = 1 << 20;
  private static final int OK = 200;
  private static final int NO_SUCCESS = 300;

  private final ObjectStore objects;
  private final Path folder;
  private final Executor threads;

  /** Made for the first invocation, for it would slow every start. */
  private @Nullable HttpClient http;

  /**
   * @param folder where answers are until they are whole
   */
  AsyncExchange(ObjectStore objects, Path folder, Executor threads) {
    this.objects = objects;
    this.folder = folder;
    this.threads = threads;
  }

  private synchronized HttpClient http() {
    if (http == null) {
      http = ModelHttp.client().executor(threads).build();
    }
    return http;
  }

  /** Waits for what is under way; whoever hurries interrupts that first. */
  @Override
  public synchronized void close() {
    if (http != null) {
      http.close();
    }
  }

  /**
   * Writes the answer to S3; doing it again is harmless.
   *
   * @param course told how it fares
   * @throws AsyncRefusal when there is none
   * @throws UnreachedException when a container listens no more
   */
  void answer(AsyncInvocation invocation, Route route, AsyncCourse course)
      throws IOException, AsyncRefusal, UnreachedException, InterruptedException {
    Files.createDirectories(folder);
    Path before = folder.resolve(invocation.id());
    Path after = folder.resolve(invocation.id() + ".next");
    try {
      String type = invocation.headers().getOrDefault("Content-Type", "application/octet-stream");
      BodyPublisher body = input(invocation);
      course.sent();
      for (ModelServer server : route.stages()) {
        boolean last = server.equals(route.stages().getLast());
        HttpResponse<Path> response =
            send(server, request(server, invocation, type, last, body), after, course);
        route.answered();
        type = response.headers().firstValue("Content-Type").orElse(type);
        Files.move(after, before, StandardCopyOption.REPLACE_EXISTING);
        body = BodyPublishers.ofFile(before);
      }
      writing(invocation).write(invocation.output(), before);
    } finally {
      Files.deleteIfExists(before);
      Files.deleteIfExists(after);
    }
  }

  private ObjectStore writing(AsyncInvocation invocation) {
    return objects.encryptingWhereItCan(invocation.kmsKeyId());
  }

  private BodyPublisher input(AsyncInvocation invocation) throws AsyncRefusal {
    return switch (invocation.input()) {
      case AsyncInput.Inline inline -> BodyPublishers.ofByteArray(inline.bytes());
      case AsyncInput.Stored stored -> object(stored.place());
    };
  }

  private BodyPublisher object(S3Uri place) throws AsyncRefusal {
    ObjectInfo info =
        objects
            .find(place)
            .orElseThrow(
                () -> new AsyncRefusal("InputLocation %s does not exist".formatted(place)));
    if (info.size() > MAX_INPUT_BYTES) {
      throw new AsyncRefusal(
          "InputLocation %s has %d bytes; at most %d are allowed"
              .formatted(place, info.size(), MAX_INPUT_BYTES));
    }
    return info.size() == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(() -> open(place)), info.size());
  }

  private InputStream open(S3Uri object) {
    Optional<Path> local = objects.localFile(object);
    try {
      return local.isPresent() ? Files.newInputStream(local.get()) : objects.read(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpRequest request(
      ModelServer server,
      AsyncInvocation invocation,
      String type,
      boolean last,
      BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.invocations()).timeout(invocation.patience()).POST(body);
    invocation
        .headers()
        .forEach((name, value) -> {
          if (!name.equals("Content-Type") && (last || !name.equals("Accept"))) {
            request.header(name, value);
          }
        });
    return request.header("Content-Type", type).build();
  }

  private HttpResponse<Path> send(
      ModelServer server, HttpRequest request, Path answer, AsyncCourse course)
      throws IOException, AsyncRefusal, UnreachedException, InterruptedException {
    AtomicLong begun = new AtomicLong();
    HttpResponse<Path> response;
    try {
      response =
          http()
              .send(
                  request,
                  head -> {
                    begun.set(System.nanoTime());
                    return BodySubscribers.ofFile(answer);
                  });
    } catch (ConnectException e) {
      throw new UnreachedException(server.name(), e);
    } catch (IOException e) {
      course.brokenOff();
      throw e;
    }
    course.answered(response.statusCode(), begun.get());
    if (response.statusCode() < OK || response.statusCode() >= NO_SUCCESS) {
      throw new AsyncRefusal(
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

  /** Writes why there is no answer where the endpoint's owner wants to read that. */
  void fail(AsyncInvocation invocation, String why) {
    log.warn(
        "asynchronous invocation {} of {} failed: {}", invocation.id(), invocation.endpoint(), why);
    if (invocation.failure().isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(folder);
      Path text = folder.resolve(invocation.id() + ".error");
      Files.writeString(text, why);
      writing(invocation).write(invocation.failure().get(), text);
      Files.delete(text);
    } catch (IOException | ObjectStoreException e) {
      log.error("the error of asynchronous invocation {} could not be written", invocation.id(), e);
    }
  }
}
