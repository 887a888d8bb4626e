package io.sagelocal.transform;

import io.sagelocal.serving.ModelHttp;
import io.sagelocal.serving.ModelServer;
import io.sagelocal.state.Timeline;
import io.sagelocal.state.Timeline.Scheduled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Sends records to an instance of a model, again where that may help. */
final class ModelClient implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration PATIENCE_FOR_PARAMETERS = Duration.ofSeconds(2);
  private static final int OK = 200;
  private static final int FIRST_ERROR = 400;
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int CHARS_OF_ERROR = 300;

  private final TransformJobSpec spec;
  private final List<ModelServer> servers;
  private final Timeline timeline;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http = ModelHttp.client().executor(threads).build();

  /** One request to one container. */
  private record Post(
      ModelServer server,
      Optional<String> contentType,
      Optional<String> accept,
      Supplier<BodyPublisher> body) {}

  /**
   * @param servers the model's containers; each gets what the one before it answered
   */
  ModelClient(TransformJobSpec spec, List<ModelServer> servers, Timeline timeline) {
    this.spec = spec;
    this.servers = List.copyOf(servers);
    this.timeline = timeline;
  }

  /**
   * Sends a request to {@code /invocations}. One that a container does not answer, not in time, or
   * with a server error is sent again as often as the job's creator allows.
   *
   * @param spill where a large answer goes; deleted again unless this returns
   * @throws TransformFailure saying what the last try met
   */
  Answer invoke(ModelRequest request, Path spill) throws IOException, InterruptedException {
    Answer answer = answered(post(0, spec.input().contentType(), request.body()), spill);
    for (int i = 1; i < servers.size(); i++) {
      Answer before = answer;
      try {
        answer =
            answered(
                post(i, before.contentType(), before::publisher),
                spill.resolveSibling(spill.getFileName() + "-" + i));
      } finally {
        before.discard();
      }
    }
    return answer;
  }

  /** Only the last container is told what the job's creator accepts. */
  private Post post(int number, Optional<String> contentType, Supplier<BodyPublisher> body) {
    boolean last = number == servers.size() - 1;
    return new Post(
        servers.get(number), contentType, spec.output().accept().filter(type -> last), body);
  }

  private Answer answered(Post post, Path spill) throws IOException, InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int left = spec.invocationRetries(); ; left--) {
      Answer answer = new Answer(spill);
      TransformFailure failure;
      try {
        int status = send(post, answer);
        if (status < FIRST_ERROR) {
          return answer;
        }
        failure = refusal(post, status, answer.head(CHARS_OF_ERROR));
        if (status < FIRST_SERVER_ERROR) {
          left = 0; // the same request would be refused again
        }
      } catch (HttpTimeoutException e) {
        failure =
            TransformFailure.algorithm(
                "%s did not answer within InvocationsTimeoutInSeconds %d"
                    .formatted(words(post), spec.invocationTimeout().toSeconds()));
      } catch (IOException e) {
        failure =
            TransformFailure.algorithm(
                "%s broke the connection off: %s".formatted(words(post), e.getMessage()));
      } catch (InterruptedException | RuntimeException e) {
        answer.discard();
        throw e;
      }
      answer.discard();
      if (left <= 0) {
        throw failure;
      }
      timeline.sleep(pause);
      pause = pause.multipliedBy(2);
    }
  }

  private TransformFailure refusal(Post post, int status, String body) {
    String what =
        "%s answered %d%s".formatted(words(post), status, body.isEmpty() ? "" : ": " + body);
    return status < FIRST_SERVER_ERROR
        ? TransformFailure.client(what)
        : TransformFailure.algorithm(what);
  }

  private String words(Post post) {
    return servers.size() == 1 ? "the model" : "container " + post.server().name();
  }

  /** Answers the status; the body is then whole. */
  private int send(Post post, Answer answer) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(post.server().invocations()).POST(post.body().get());
    post.contentType().ifPresent(type -> request.header("Content-Type", type));
    post.accept().ifPresent(type -> request.header("Accept", type));
    HttpResponse<Void> response =
        result(
            request.build(),
            BodyHandlers.ofByteArrayConsumer(bytes -> take(bytes, answer)),
            spec.invocationTimeout());
    answer.end(response.headers().firstValue("Content-Type"));
    return response.statusCode();
  }

  /**
   * Asks the first container how it wants its requests.
   *
   * @return its answer; empty when it has none, or not at once
   */
  Optional<String> executionParameters() throws IOException, InterruptedException {
    HttpRequest get =
        HttpRequest.newBuilder(servers.getFirst().uri("/execution-parameters")).build();
    try {
      HttpResponse<String> response = result(get, BodyHandlers.ofString(), PATIENCE_FOR_PARAMETERS);
      return response.statusCode() == OK ? Optional.of(response.body()) : Optional.empty();
    } catch (HttpTimeoutException e) {
      return Optional.empty();
    }
  }

  /** Waits for the whole answer. */
  private <T> HttpResponse<T> result(HttpRequest request, BodyHandler<T> body, Duration timeout)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> sent = http.sendAsync(request, body);
    AtomicBoolean late = new AtomicBoolean();
    Runnable giveUp =
        () -> {
          late.set(true);
          sent.cancel(true);
        };
    try (Scheduled timeUp = timeline.schedule(timeout, giveUp)) {
      return sent.get();
    } catch (ExecutionException | CancellationException e) {
      if (late.get()) {
        throw new HttpTimeoutException("no answer within %d s".formatted(timeout.toSeconds()));
      }
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof TransformFailure failure) {
          throw failure; // in reading what was to be sent, whose fault is not the model's
        }
      }
      throw new IOException(String.valueOf(e.getCause()), e.getCause());
    } finally {
      sent.cancel(true);
    }
  }

  private static void take(Optional<byte[]> bytes, Answer answer) {
    try {
      if (bytes.isPresent()) {
        answer.write(bytes.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    threads.shutdownNow();
  }
}
