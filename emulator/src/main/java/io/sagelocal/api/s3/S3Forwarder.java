package io.sagelocal.api.s3;

import io.sagelocal.api.ForwardedRequest;
import io.sagelocal.fakes3.http.Addressing;
import io.sagelocal.fakes3.http.AwsChunkedStream;
import io.sagelocal.fakes3.http.LentAddress;
import io.sagelocal.fakes3.store.StoreException;
import io.sagelocal.objects.Trust;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.jetty.client.AbstractConnectorHttpClientTransport;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamRequestContent;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends S3 requests on to another server. Whatever keys the client has, the server sees its own:
 * each request is signed anew, and a body whose chunks are signed loses those signatures.
 */
public final class S3Forwarder extends ProxyHandler.Reverse {
  private static final Logger log = LoggerFactory.getLogger(S3Forwarder.class);
  private static final Duration IDLE = Duration.ofMinutes(5);
  private static final int MAX_CONNECTIONS = 256;
  private static final ByteBufferPool.Sized BODY_BUFFER =
      new ByteBufferPool.Sized(ByteBufferPool.NON_POOLING, false, UnsignedChunks.CHUNK_BYTES);
  private static final String SUM = "x-amz-content-sha256";
  private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
  private static final String UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  private static final Set<String> OF_THE_CLIENT =
      Set.of(
          "authorization",
          "x-amz-date",
          "x-amz-security-token",
          "via",
          "forwarded",
          "x-forwarded-for",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-forwarded-proto",
          "x-forwarded-server");

  private final S3Server server;
  private final Signer signer;
  private final Supplier<Instant> now;
  private final Predicate<String> hasBucket;

  /**
   * Sends on to a server.
   *
   * @param hasBucket buckets that may be created again, as in us-east-1; for a server that would
   *     refuse it where S3 does not
   */
  public S3Forwarder(S3Server server, Supplier<Instant> now, Predicate<String> hasBucket) {
    super(request -> target(request, server));
    this.server = server;
    this.signer = new Signer(server.accessKey(), server.secretKey(), server.region());
    this.now = now;
    this.hasBucket = hasBucket;
  }

  @Override
  protected void configureHttpClient(HttpClient client) {
    super.configureHttpClient(client);
    client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
    client.setIdleTimeout(IDLE.toMillis());
    if ("https".equals(server.address().getScheme())
        && client.getHttpClientTransport()
            instanceof AbstractConnectorHttpClientTransport transport) {
      SslContextFactory.Client trusting = new SslContextFactory.Client();
      trusting.setSslContext(server.trust().context());
      transport.getClientConnector().setSslContextFactory(trusting);
    }
  }

  private static HttpURI target(Request request, S3Server server) {
    String query = Optional.ofNullable(request.getHttpURI().getQuery()).orElse("");
    HttpURI.Mutable target =
        HttpURI.build()
            .scheme(server.address().getScheme())
            .host(server.address().getHost())
            .port(server.address().getPort())
            .path(Encoding.path(Addressing.path(request)));
    String canonical = Encoding.query(query);
    return canonical.isEmpty() ? target.asImmutable() : target.query(canonical).asImmutable();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      LentAddress.requireNotExpired(request, now.get());
    } catch (StoreException e) {
      return refuse(response, callback, 403, e.code().wire(), String.valueOf(e.getMessage()));
    }
    if (createsAgain(request)) {
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
      response.getHeaders().put(HttpHeader.LOCATION, Addressing.path(request));
      callback.succeeded();
      return true;
    }
    ForwardedRequest forwarded = new ForwardedRequest(request);
    return super.handle(forwarded, response, forwarded.ending(callback));
  }

  /** The server cannot be reached, or went away before its answer had begun. */
  @Override
  protected void onServerToProxyResponseFailure(
      Request fromClient,
      org.eclipse.jetty.client.Request toServer,
      org.eclipse.jetty.client.Response fromServer,
      Response toClient,
      Callback callback,
      Throwable failure) {
    if (toClient.isCommitted()) {
      super.onServerToProxyResponseFailure(
          fromClient, toServer, fromServer, toClient, callback, failure);
      return;
    }
    String why = Trust.complaint(failure).orElseGet(failure::toString);
    log.warn("S3 at {} does not answer: {}", server.address(), why);
    toClient.getHeaders().clear();
    refuse(
        toClient,
        callback,
        503,
        "ServiceUnavailable",
        "S3 at %s does not answer: %s".formatted(server.address(), why));
  }

  private static boolean refuse(
      Response response, Callback callback, int status, String code, String message) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/xml");
    Content.Sink.write(
        response,
        true,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(code, escaped(message)),
        callback);
    return true;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private boolean createsAgain(Request request) {
    if (!request.getMethod().equals("PUT") || request.getHttpURI().getQuery() != null) {
      return false;
    }
    String path = Addressing.path(request);
    String bucket = path.substring(1, path.endsWith("/") ? path.length() - 1 : path.length());
    return !bucket.isEmpty() && !bucket.contains("/") && hasBucket.test(bucket);
  }

  /** The last word about the headers. */
  @Override
  protected void addProxyHeaders(Request fromClient, org.eclipse.jetty.client.Request toServer) {
    Payload payload = Payload.of(fromClient);
    Instant time = now.get();
    toServer.headers(headers -> {
      OF_THE_CLIENT.forEach(headers::remove);
      payload.describe(headers);
      headers.put(HttpHeader.HOST, server.host());
      headers.put("x-amz-date", Signer.date(time));
      SortedMap<String, String> signed = new TreeMap<>();
      for (HttpField header : headers) {
        String name = header.getLowerCaseName();
        if (name.equals("host") || name.startsWith("x-amz-")) {
          signed.merge(
              name, Optional.ofNullable(header.getValue()).orElse(""), (a, b) -> a + "," + b);
        }
      }
      String query = Optional.ofNullable(toServer.getURI().getRawQuery()).orElse("");
      headers.put(
          HttpHeader.AUTHORIZATION,
          signer.authorization(
              toServer.getMethod(), toServer.getURI().getRawPath(), query, signed, time));
    });
  }

  @Override
  protected org.eclipse.jetty.client.Request.Content newProxyToServerRequestContent(
      Request fromClient, Response toClient, org.eclipse.jetty.client.Request toServer) {
    Payload payload = Payload.of(fromClient);
    if (!payload.isSigned()) {
      return super.newProxyToServerRequestContent(fromClient, toClient, toServer);
    }
    AwsChunkedStream content = new AwsChunkedStream(Content.Source.asInputStream(fromClient));
    InputStream body = payload.trailer().isPresent() ? new UnsignedChunks(content) : content;
    long length = payload.length();
    return new InputStreamRequestContent("application/octet-stream", body, BODY_BUFFER) {
      @Override
      public long getLength() {
        return length;
      }
    };
  }

  /**
   * How the body comes from the client and how it goes on.
   *
   * @param sum the client's word about it
   * @param trailer name of the checksum behind it
   * @param content length of what is inside, in bytes
   */
  private record Payload(String sum, Optional<String> trailer, long content) {
    /** Lengths of the checksums in Base64. */
    private static final Map<String, Integer> LENGTHS =
        Map.of(
            "x-amz-checksum-crc32", 8,
            "x-amz-checksum-crc32c", 8,
            "x-amz-checksum-crc64nvme", 12,
            "x-amz-checksum-sha1", 28,
            "x-amz-checksum-sha256", 44);

    static Payload of(Request request) {
      HttpFields headers = request.getHeaders();
      return new Payload(
          Optional.ofNullable(headers.get(SUM)).orElse(UNSIGNED),
          Optional.ofNullable(headers.get("x-amz-trailer"))
              .map(name -> name.trim().toLowerCase(Locale.ROOT))
              .filter(LENGTHS::containsKey),
          Math.max(0, headers.getLongField("x-amz-decoded-content-length")));
    }

    /** Whether its chunks are signed, so that it cannot go on as it is. */
    boolean isSigned() {
      return sum.startsWith("STREAMING-AWS4-");
    }

    long length() {
      return trailer
          .map(name -> UnsignedChunks.length(content, name.length() + 1 + sumLength(name)))
          .orElse(content);
    }

    private static int sumLength(String trailer) {
      return LENGTHS.getOrDefault(trailer, 0); // others were filtered out
    }

    void describe(HttpFields.Mutable headers) {
      if (!isSigned()) {
        headers.put(SUM, sum);
        return;
      }
      headers.put(HttpHeader.CONTENT_LENGTH, String.valueOf(length()));
      if (trailer.isPresent()) {
        headers.put(SUM, UNSIGNED_CHUNKS);
        return;
      }
      headers.put(SUM, UNSIGNED);
      headers.remove("x-amz-decoded-content-length");
      headers.remove("x-amz-trailer");
      String encoding = Optional.ofNullable(headers.get(HttpHeader.CONTENT_ENCODING)).orElse("");
      String without = encoding.replaceAll("\\s*aws-chunked\\s*,?", "");
      if (without.isEmpty()) {
        headers.remove(HttpHeader.CONTENT_ENCODING);
      } else {
        headers.put(HttpHeader.CONTENT_ENCODING, without);
      }
    }
  }
}
