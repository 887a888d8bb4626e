package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.eventstream.Message;
import software.amazon.eventstream.MessageDecoder;

/** Answers that come piece by piece, slow clients and such as are gone. */
class ServerStreamingTest extends InvocationTestBase {
  @Test
  void aStreamedAnswerComesAsEventsPieceByPiece() throws Exception {
    deployTool();
    HttpResponse<InputStream> answer = streamFrom("first");
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("application/vnd.amazon.eventstream");
    assertThat(answer.headers().firstValue("X-Amzn-SageMaker-Content-Type"))
        .contains("text/pieces");
    MessageDecoder decoder = new MessageDecoder();
    for (String piece : List.of("first", "second", "third")) {
      Message message = next(answer.body(), decoder);
      assertThat(header(message, ":event-type")).isEqualTo("PayloadPart");
      assertThat(new String(message.getPayload(), StandardCharsets.UTF_8)).isEqualTo(piece);
      give(NEXT.getOrDefault(piece, ""));
    }
    assertThat(answer.body().readAllBytes()).isEmpty();
  }

  @Test
  void aStreamOutlivesTheTimeOfARequestOnAFleetThatIsReplaced() throws Exception {
    server.close();
    server = new TestServer(data, engine, new HurriedTimeline(timeline));
    deployTool();
    HttpResponse<InputStream> answer = streamFrom("first");
    MessageDecoder decoder = new MessageDecoder();
    next(answer.body(), decoder);
    server.sagemaker("CreateEndpointConfig", Requests.config("next", "model"));
    server.sagemaker("UpdateEndpoint", Requests.endpoint("endpoint", "next"));
    server.awaitEndpoint("endpoint", "InService");
    timeline.sleep(Duration.ofSeconds(1)); // more than a minute of the emulator's
    give("second");
    assertThat(next(answer.body(), decoder).getPayload()).asString().isEqualTo("second");
    give("");
    assertThat(answer.body().readAllBytes()).isEmpty();
    TestServer.await("the old fleet is gone", () -> engine.containers().size() == 1);
  }

  @Test
  void aStreamThatBreaksOffEndsInAnErrorEvent() throws Exception {
    deployTool();
    HttpResponse<InputStream> answer = streamFrom("first");
    MessageDecoder decoder = new MessageDecoder();
    next(answer.body(), decoder);
    engine.kill(engine.containers().getFirst(), false);
    Message message = next(answer.body(), decoder);
    assertThat(header(message, ":exception-type")).isEqualTo("ModelStreamError");
    assertThat(new String(message.getPayload(), StandardCharsets.UTF_8)).contains("broke off");
  }

  @Test
  void aSlowWriterAndASlowReaderAreServedAndHoldNobodyUp() throws Exception {
    deployTool();
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(head(4));
      for (byte each : "echo".getBytes(StandardCharsets.US_ASCII)) {
        out.write(each);
        out.flush();
        assertThat(server.invoke("endpoint", "echo").statusCode()).isEqualTo(200);
      }
      byte[] answer = new byte[12];
      for (int i = 0; i < answer.length; i++) {
        answer[i] = (byte) socket.getInputStream().read();
        assertThat(server.invoke("endpoint", "echo").statusCode()).isEqualTo(200);
      }
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void aClientThatIsGoneInTheMiddleStopsTheAnswerAndHarmsNobody() throws Exception {
    deployTool();
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort())) {
      socket.getOutputStream().write(head(7));
      socket.getOutputStream().write("endless".getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      assertThat(socket.getInputStream().read()).isPositive();
    }
    assertThat(clientGone.await(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .as("the container notices")
        .isTrue();
    assertThat(server.invoke("endpoint", "echo").statusCode()).isEqualTo(200);
  }

  /** Begins a streamed answer; the container sends nothing before its first piece. */
  private HttpResponse<InputStream> streamFrom(String piece) throws Exception {
    Thread.ofVirtual().start(() -> give(piece));
    return send(
        "invocations-response-stream",
        BodyPublishers.ofString("stream"),
        BodyHandlers.ofInputStream());
  }

  private void give(String piece) {
    try {
      assertThat(pieces.offer(piece, LIMIT.toSeconds(), TimeUnit.SECONDS))
          .as("the container takes " + piece)
          .isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] head(int length) {
    return ("POST /endpoints/endpoint/invocations HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
            + TestServer.authorization("us-east-1", "sagemaker")
            + "\r\nContent-Length: "
            + length
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static Message next(InputStream in, MessageDecoder decoder) throws IOException {
    while (true) {
      List<Message> decoded = decoder.getDecodedMessages();
      if (!decoded.isEmpty()) {
        return decoded.getFirst();
      }
      int each = in.read();
      assertThat(each).as("there is another event").isNotNegative();
      decoder.feed(ByteBuffer.wrap(new byte[] {(byte) each}));
    }
  }
}
