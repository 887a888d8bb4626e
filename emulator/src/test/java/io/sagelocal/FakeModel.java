package io.sagelocal;

import com.sun.net.httpserver.HttpExchange;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.engine.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * A model container that notes what it gets. A body {@code slow} is never answered, one that holds
 * {@code fail} is refused, {@code die} ends the container.
 */
final class FakeModel implements Program {
  /** Every request's body, byte for character, in the order in which they came. */
  final Queue<String> bodies = new ConcurrentLinkedQueue<>();

  /** Content-Type, Accept and Content-Length of every request. */
  final Queue<String> headers = new ConcurrentLinkedQueue<>();

  /** What every container was started with. */
  final Queue<Map<String, String>> environments = new ConcurrentLinkedQueue<>();

  /** How many of the next requests are answered 500. */
  final AtomicInteger failuresLeft = new AtomicInteger();

  final AtomicInteger mostInFlight = new AtomicInteger();

  private final UnaryOperator<String> answer;
  private final String contentType;
  private final String executionParameters;
  private final AtomicInteger inFlight = new AtomicInteger();

  FakeModel(UnaryOperator<String> answer) {
    this(answer, "text/csv", "");
  }

  /**
   * @param executionParameters what it answers to that path; empty for 404
   */
  FakeModel(UnaryOperator<String> answer, String contentType, String executionParameters) {
    this.answer = answer;
    this.contentType = contentType;
    this.executionParameters = executionParameters;
  }

  @Override
  public int run(FakeHost host) throws IOException, InterruptedException {
    environments.add(host.environment());
    CountDownLatch died = new CountDownLatch(1);
    host.print("model is up");
    host.serve("/ping", exchange -> answer(exchange, 200, ""));
    host.serve(
        "/execution-parameters",
        exchange ->
            answer(exchange, executionParameters.isEmpty() ? 404 : 200, executionParameters));
    host.serve("/invocations", exchange -> Thread.ofVirtual().start(() -> invoke(exchange, died)));
    died.await();
    return 1;
  }

  private void invoke(HttpExchange exchange, CountDownLatch died) {
    mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
    try {
      String body =
          new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
      bodies.add(body);
      headers.add(
          "%s %s %s"
              .formatted(
                  exchange.getRequestHeaders().getFirst("Content-Type"),
                  exchange.getRequestHeaders().getFirst("Accept"),
                  exchange.getRequestHeaders().getFirst("Content-Length")));
      Thread.sleep(Math.floorMod(body.hashCode(), 5)); // answers overtake each other
      if (body.equals("slow")) {
        new CountDownLatch(1).await();
      }
      if (body.equals("die")) {
        died.countDown();
        return;
      }
      boolean broken = failuresLeft.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
      inFlight.decrementAndGet(); // whoever has the answer may ask again at once
      if (broken) {
        answer(exchange, 500, "try again");
      } else if (body.contains("fail")) {
        answer(exchange, 415, "no such type");
      } else {
        answer(exchange, 200, answer.apply(body));
      }
    } catch (IOException | InterruptedException e) {
      exchange.close();
    }
  }

  private void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    exchange.getResponseHeaders().set("Content-Type", contentType);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
