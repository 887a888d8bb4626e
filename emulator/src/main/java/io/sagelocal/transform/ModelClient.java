package io.sagelocal.transform;

import io.sagelocal.state.Timeline;
import io.sagelocal.state.Timeline.Scheduled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/** Sends records to a model container, again where that may help. */
final class ModelClient implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int FIRST_ERROR = 400;
  private static final int CHARS_OF_ERROR = 300;

  private final TransformJobSpec spec;
  private final Timeline timeline;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();

  ModelClient(TransformJobSpec spec, Timeline timeline) {
    this.spec = spec;
    this.timeline = timeline;
  }

  /**
   * Sends a request to {@code /invocations}. One that the container does not answer, not in time,
   * or with a server error is sent again as often as the job's creator allows.
   *
   * @param spill where a large answer goes; deleted again unless this returns
   * @throws TransformFailure saying what the last try met
   */
  Answer invoke(InetSocketAddress address, ModelRequest request, Path spill)
      throws IOException, InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int retries = spec.invocationRetries(); ; retries--) {
      Answer answer = new Answer(spill);
      String refusal;
      boolean mayHelp = true;
      try {
        int status = send(address, request, answer);
        if (status < FIRST_ERROR) {
          return answer;
        }
        refusal = "the model answered %d: %s".formatted(status, answer.head(CHARS_OF_ERROR));
        mayHelp = status >= FIRST_SERVER_ERROR;
      } catch (HttpTimeoutException e) {
        refusal =
            "the model did not answer within InvocationsTimeoutInSeconds %d"
                .formatted(spec.invocationTimeout().toSeconds());
      } catch (IOException e) {
        refusal = "the model's container broke the connection off: " + e.getMessage();
      } catch (InterruptedException | RuntimeException e) {
        answer.discard();
        throw e;
      }
      answer.discard();
      if (!mayHelp) {
        throw TransformFailure.client(refusal);
      }
      if (retries <= 0) {
        throw TransformFailure.algorithm(refusal);
      }
      timeline.sleep(pause);
      pause = pause.multipliedBy(2);
    }
  }

  /** Answers the status; the body is then whole. */
  private int send(InetSocketAddress address, ModelRequest request, Answer answer)
      throws IOException, InterruptedException {
    HttpRequest.Builder post =
        HttpRequest.newBuilder(uri(address, "/invocations")).POST(request.body().get());
    spec.input().contentType().ifPresent(type -> post.header("Content-Type", type));
    spec.output().accept().ifPresent(type -> post.header("Accept", type));
    int status =
        result(
                post.build(),
                BodyHandlers.ofByteArrayConsumer(bytes -> take(bytes, answer)),
                spec.invocationTimeout())
            .statusCode();
    answer.close();
    return status;
  }

  /**
   * Asks the container how it wants its requests.
   *
   * @return its answer; empty when it has no such path or does not answer in time
   */
  Optional<String> executionParameters(InetSocketAddress address, Duration timeout)
      throws IOException, InterruptedException {
    HttpRequest get = HttpRequest.newBuilder(uri(address, "/execution-parameters")).build();
    try {
      HttpResponse<String> response = result(get, BodyHandlers.ofString(), timeout);
      return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
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

  private static URI uri(InetSocketAddress address, String path) {
    return URI.create("http://%s:%d%s".formatted(address.getHostString(), address.getPort(), path));
  }

  @Override
  public void close() {
    http.shutdownNow();
    threads.shutdownNow();
  }
}
