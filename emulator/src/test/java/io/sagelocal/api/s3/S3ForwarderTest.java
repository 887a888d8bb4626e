package io.sagelocal.api.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sagelocal.objects.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server behind it that answers before it has read the request. */
class S3ForwarderTest {
  private static final int REQUESTS = 500;
  private static final String ANSWER = "HTTP/1.1 200";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer quick;
  private Server gateway;

  @BeforeEach
  void start() throws Exception {
    quick = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    quick.setExecutor(threads);
    quick.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.getRequestBody().readAllBytes();
          exchange.close();
        });
    quick.start();
    URI address = URI.create("http://127.0.0.1:" + quick.getAddress().getPort());
    gateway = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    gateway.setHandler(
        new S3Forwarder(
            new S3Server(address, "key", "secret", "us-east-1", Trust.OF_JAVA),
            () -> Instant.EPOCH,
            b -> false));
    gateway.start();
  }

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
    quick.stop(0);
    threads.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"})
  void itsAnswerReachesTheClientEachTimeOnOneConnection(String sum) throws IOException {
    boolean chunked = sum.startsWith("STREAMING");
    String body = chunked ? "5;chunk-signature=0\r\nhello\r\n0;chunk-signature=0\r\n\r\n" : "hello";
    String head =
        "PUT /bucket/key HTTP/1.1\r\nHost: localhost\r\nx-amz-content-sha256: %s\r\nx-amz-decoded-content-length: 5\r\nContent-Length: %d\r\n\r\n"
            .formatted(sum, body.length());
    int port = ((ServerConnector) gateway.getConnectors()[0]).getLocalPort();
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.setSoTimeout(20_000);
      client.setTcpNoDelay(true);
      OutputStream out = client.getOutputStream();
      for (int i = 0; i < REQUESTS; i++) {
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        out.write(body.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        assertThat(answer(client.getInputStream())).as("answer %d", i).startsWith(ANSWER);
      }
    }
  }

  /** The head of an answer without a body. */
  private static String answer(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int each = in.read();
      if (each < 0) {
        return "cut off after: " + head;
      }
      head.append((char) each);
    }
    return head.toString();
  }
}
