package io.sagelocal.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerModelsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String MODEL =
      """
      {"modelName": "%s", "modelUrl": "/opt/ml/models/%<s/model"}\
      """;

  private HttpServer container;

  @BeforeEach
  void start() throws IOException {
    container = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    container.start();
  }

  @AfterEach
  void stop() {
    container.stop(0);
  }

  @Test
  void namesAreThoseOfEveryPage() throws Exception {
    Map<String, String> pages =
        Map.of(
            "/models", page("b+/=", "one", "two"),
            "/models?next_page_token=b%2B%2F%3D", page("c", "three"),
            "/models?next_page_token=c", "{\"models\": []}");
    container.createContext(
        "/",
        exchange ->
            answer(exchange, 200, pages.getOrDefault(exchange.getRequestURI().toString(), "")));
    assertThat(models(LONG).names()).containsExactly("one", "two", "three");
  }

  @Test
  void aListThatGoesRoundInACircleIsReadOnce() throws Exception {
    container.createContext("/", exchange -> answer(exchange, 200, page("again", "one")));
    assertThat(models(LONG).names()).containsExactly("one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "null", "{\"models\": 1}", "<html>"})
  void whatIsNoListHasNoNames(String body) throws Exception {
    container.createContext("/", exchange -> answer(exchange, 200, body));
    assertThat(models(LONG).names()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"200, true", "204, true", "404, true", "400, false", "408, false", "500, false"})
  void aModelIsGoneWhenItWasUnloadedOrNotThere(int status, boolean gone) throws Exception {
    container.createContext("/", exchange -> answer(exchange, status, ""));
    assertThat(models(LONG).unload("one")).isEqualTo(gone);
  }

  @Test
  void aContainerThatIsSlowIsNotGone() {
    container.createContext("/", exchange -> {});
    LoadFailure failure = failure(Duration.ofMillis(100));
    assertThat(failure.status()).isZero();
    assertThat(failure.containerGone()).isFalse();
  }

  @Test
  void aContainerThatBreaksOffIsGone() {
    container.createContext("/", HttpExchange::close);
    assertThat(failure(LONG).containerGone()).isTrue();
  }

  @Test
  void aContainerThatDoesNotListenIsGone() {
    ContainerModels models = models(LONG);
    container.stop(0);
    LoadFailure failure = catchThrowableOfType(LoadFailure.class, () -> models.knows("one"));
    assertThat(failure.status()).isZero();
    assertThat(failure.containerGone()).isTrue();
    assertThat(failure).hasMessageStartingWith("GET /models/one was not answered");
  }

  @Test
  void aContainerThatRefusesIsNotGone() {
    assertThat(new LoadFailure(507, "no room").containerGone()).isFalse();
  }

  private LoadFailure failure(Duration patience) {
    return catchThrowableOfType(LoadFailure.class, () -> models(patience).load("one", "/one"));
  }

  private ContainerModels models(Duration patience) {
    int port = container.getAddress().getPort();
    return new ContainerModels(
        "container", path -> URI.create("http://127.0.0.1:" + port + path), patience);
  }

  private static String page(String next, String... names) {
    String models = String.join(",", Arrays.stream(names).map(MODEL::formatted).toList());
    return "{\"nextPageToken\": \"%s\", \"models\": [%s]}".formatted(next, models);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
