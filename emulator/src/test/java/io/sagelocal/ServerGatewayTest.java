package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.account.ContainerAccess;
import io.sagelocal.account.RoleSession;
import io.sagelocal.aws.AccountId;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How the one port tells requests apart, byte by byte. */
class ServerGatewayTest {
  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeTimeline timeline = new FakeTimeline();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    server = new TestServer(data, engine, timeline);
    server.put("folder/key", "content");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aForeignHostNameIsRefused() throws IOException {
    assertThat(raw("GET /_sagelocal/health HTTP/1.1", "Host: evil.example.com"))
        .startsWith("HTTP/1.1 403");
    assertThat(raw("GET /_sagelocal/health HTTP/1.1", "Host: localhost:1"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void whoNamesNoHostIsRefusedFromTheFirstRequestOn() throws IOException {
    server.close();
    server = new TestServer(data, engine, timeline);
    assertThat(raw("GET /_sagelocal/health HTTP/1.0")).contains(" 403 ");
  }

  @Test
  void aBucketMayBeInTheHostName() throws IOException {
    assertThat(raw("GET /folder/key HTTP/1.1", "Host: bucket.localhost")).endsWith("content");
    assertThat(raw("GET /folder/key HTTP/1.1", "Host: bucket.s3.localhost:4566"))
        .endsWith("content");
    assertThat(raw("GET /bucket/folder/key HTTP/1.1", "Host: 127.0.0.1")).endsWith("content");
  }

  @Test
  void keysThatLeadOutsideReadNothing() throws IOException {
    for (String path :
        new String[] {
          "/bucket/../../state.mv",
          "/bucket/%2e%2e/%2e%2e/state.mv",
          "/../state.mv",
          "/bucket/..%2fx"
        }) {
      assertThat(raw("GET " + path + " HTTP/1.1", "Host: localhost"))
          .as(path)
          .startsWith("HTTP/1.1 4");
    }
  }

  @Test
  void anUnsignedFormIsAQuery() throws IOException {
    String form = "Action=GetCallerIdentity&Version=2011-06-15";
    assertThat(
            raw(
                "POST / HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Length: " + form.length(),
                "",
                form))
        .contains("<Account>000000000000</Account>");
  }

  @Test
  void aSessionTokenTellsWhoCalls() throws IOException {
    RoleSession session = RoleSession.ofContainer(TestServer.ROLE, AccountId.DEFAULT).orElseThrow();
    assertThat(sts("Action=GetCallerIdentity", "X-Amz-Security-Token: " + session.token()))
        .contains("<Arn>arn:aws:sts::000000000000:assumed-role/Role/SageMaker</Arn>");
    assertThat(sts("Action=GetCallerIdentity", "X-Amz-Security-Token: of-somebody-else"))
        .contains("<Arn>arn:aws:iam::000000000000:user/sagelocal</Arn>");
  }

  @Test
  void nobodyIsKeptFromAnything() throws IOException {
    String actions = "&ActionNames.member.1=s3%3APutObject&ActionNames.member.2=s3%3AGetObject";
    assertThat(sts("Action=SimulatePrincipalPolicy&PolicySourceArn=arn" + actions))
        .contains("<EvalActionName>s3:PutObject</EvalActionName>")
        .contains("<EvalActionName>s3:GetObject</EvalActionName>")
        .contains("<EvalDecision>allowed</EvalDecision>");
    assertThat(sts("Action=SimulatePrincipalPolicy&PolicySourceArn=arn"))
        .contains("<Code>ValidationError</Code>", "ActionNames must name an action");
  }

  @Test
  void everyRoleMayBeAssumed() throws IOException {
    String role = "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FOther";
    assertThat(sts("Action=AssumeRole&RoleSessionName=me&RoleArn=" + role))
        .contains("<Arn>arn:aws:sts::111122223333:assumed-role/Other/me</Arn>")
        .contains("<AccessKeyId>111122223333</AccessKeyId>");
    assertThat(sts("Action=AssumeRole&RoleSessionName=me&RoleArn=Other"))
        .contains("<Code>ValidationError</Code>")
        .contains("RoleArn \"Other\" must be arn:aws:iam::ACCOUNT:role/NAME");
    assertThat(sts("Action=AssumeRole&RoleSessionName=me&DurationSeconds=5&RoleArn=" + role))
        .contains("DurationSeconds \"5\" must be 900 to 43200");
  }

  @Test
  void aContainerMayAskForItsCredentials() throws IOException {
    RoleSession session = RoleSession.ofContainer(TestServer.ROLE, AccountId.DEFAULT).orElseThrow();
    String path = ContainerAccess.CREDENTIALS_PATH;
    assertThat(raw("GET " + path + session.token() + " HTTP/1.1", "Host: 172.17.0.1:4566"))
        .startsWith("HTTP/1.1 200")
        .contains("\"Token\":\"" + session.token() + "\"", "\"Expiration\":\"");
    assertThat(raw("GET " + path + "sagelocal.x HTTP/1.1", "Host: 172.17.0.1:4566"))
        .startsWith("HTTP/1.1 404");
  }

  private String sts(String form, String... headers) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "POST / HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Length: " + form.length()));
    lines.addAll(List.of(headers));
    lines.addAll(List.of("", form));
    return raw(lines.toArray(String[]::new));
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere loopback has one address")
  void itListensOnLoopbackAndWhereContainersReachItAlone(@TempDir Path other)
      throws IOException, InterruptedException {
    InetAddress usual = loopback(1);
    InetAddress ofContainers = loopback(3);
    engine.reachesHostAt(ofContainers);
    try (TestServer own = new TestServer(other, engine, timeline)) {
      int port = own.endpoint().getPort();
      TestServer.await("the containers' address", () -> answers(ofContainers, port));
      assertThat(answers(usual, port)).isTrue();
      List<InetAddress> others =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> !address.equals(usual))
              .toList();
      assertThat(others).isNotEmpty().noneMatch(address -> answers(address, port));
      assertThat(answers(loopback(2), port)).isFalse();
    }
  }

  private static InetAddress loopback(int last) throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }

  private static boolean answers(InetAddress address, int port) {
    try (Socket socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aPortThatIsTakenIsNamedInOneLine(@TempDir Path other) {
    int port = server.endpoint().getPort();
    assertThatThrownBy(() ->
            Server.start(
                Settings.from(Map.of("port", "" + port, "data-dir", other.toString()), Map.of()),
                engine,
                timeline))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("port " + port)
        .hasMessageContaining("--port")
        .message()
        .doesNotContain("\n");
  }

  /** Sends the lines, an empty one after the headers, and answers all that comes. */
  private String raw(String... lines) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort())) {
      String text = String.join("\r\n", lines);
      String head = text.contains("\r\n\r\n") ? text : text + "\r\nConnection: close\r\n\r\n";
      socket
          .getOutputStream()
          .write(
              head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
