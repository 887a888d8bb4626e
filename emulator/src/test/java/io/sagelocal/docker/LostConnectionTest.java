package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.Exit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A daemon that goes away at a bad moment, played by a server that breaks off its answers. */
class LostConnectionTest {
  private static final ContainerId ID = new ContainerId("name", "x");
  private static final String RUNNING = state("running", true, 0, false);
  private static final String KILLED_FOR_MEMORY = state("exited", false, 137, true);

  private HttpServer server = listen(0);
  private final AtomicInteger asked = new AtomicInteger();
  private volatile String state = RUNNING;

  private final DockerContainerEngine engine =
      new DockerContainerEngine(
          Map.of("DOCKER_HOST", "tcp://127.0.0.1:" + server.getAddress().getPort()));

  @BeforeEach
  void start() {
    answer(server);
  }

  @AfterEach
  void stop() {
    engine.close();
    server.stop(0);
  }

  @Test
  void aDaemonThatWasStartedAgainIsFoundByTheNextCall() {
    engine.connect();
    int port = server.getAddress().getPort();
    server.stop(0);
    assertThatThrownBy(engine::connect)
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("tcp://127.0.0.1:" + port);
    server = listen(port);
    answer(server);
    engine.connect();
  }

  @Test
  void awaitingGoesOnWhenTheContainerStillRuns() throws InterruptedException {
    server.createContext(
        "/containers/x/wait",
        exchange -> {
          if (asked.incrementAndGet() == 1) {
            breakOff(exchange, new byte[0]);
          } else {
            send(exchange, "{\"StatusCode\":0}");
          }
        });
    assertThat(engine.await(ID)).isEqualTo(new Exit(0, false));
    assertThat(asked).hasValue(2);
  }

  @Test
  void aContainerThatEndedMeanwhileTellsHow() throws InterruptedException {
    server.createContext(
        "/containers/x/wait",
        exchange -> {
          state = KILLED_FOR_MEMORY;
          breakOff(exchange, new byte[0]);
        });
    assertThat(engine.await(ID)).isEqualTo(new Exit(137, true));
  }

  @Test
  void aContainerThatWasNeverStartedDidNotEndWell() {
    state = state("created", false, 0, false);
    server.createContext("/containers/x/wait", exchange -> send(exchange, "{\"StatusCode\":-1}"));
    assertThatThrownBy(() -> engine.await(ID))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("never started");
  }

  @Test
  void aLogThatBreaksOffIsReadOnWithoutALineTwice() throws InterruptedException {
    byte[] whole = frames("one\n", "two\n", "three\n", "rest");
    server.createContext(
        "/containers/x/logs",
        exchange -> {
          if (asked.incrementAndGet() == 1) {
            breakOff(exchange, Arrays.copyOf(whole, whole.length - 50));
          } else {
            state = state("exited", false, 0, false);
            exchange.sendResponseHeaders(200, whole.length);
            exchange.getResponseBody().write(whole);
            exchange.close();
          }
        });
    List<String> lines = new ArrayList<>();
    engine.readLog(ID, (at, line) -> lines.add(line));
    assertThat(lines).containsExactly("one", "two", "three", "rest");
    assertThat(asked).hasValue(2);
  }

  private void answer(HttpServer daemon) {
    daemon.createContext("/_ping", exchange -> send(exchange, "OK"));
    daemon.createContext("/info", exchange -> send(exchange, "{\"OSType\":\"linux\"}"));
    daemon.createContext("/containers/x/json", exchange -> send(exchange, state));
  }

  private static HttpServer listen(int port) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void send(HttpExchange exchange, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Promises more than it sends, and hangs up. */
  private static void breakOff(HttpExchange exchange, byte[] begin) throws IOException {
    exchange.sendResponseHeaders(200, begin.length + 1L);
    exchange.getResponseBody().write(begin);
    exchange.getResponseBody().flush();
    exchange.close();
  }

  private static String state(String status, boolean running, int code, boolean outOfMemory) {
    return "{\"Id\":\"x\",\"State\":{\"Status\":\"%s\",\"Running\":%s,\"ExitCode\":%d,\"OOMKilled\":%s}}"
        .formatted(status, running, code, outOfMemory);
  }

  /** Docker's framing: stream, three zeros, length, payload. */
  private static byte[] frames(String... texts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String text : texts) {
      byte[] payload = ("2026-01-02T03:04:05.000000001Z " + text).getBytes(StandardCharsets.UTF_8);
      out.writeBytes(new byte[] {1, 0, 0, 0, 0, 0, 0, (byte) payload.length});
      out.writeBytes(payload);
    }
    return out.toByteArray();
  }
}
