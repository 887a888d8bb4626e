package io.sagelocal.api.s3;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;

/**
 * Sends S3 requests on to the store. A bucket in the host name ({@code bucket.localhost}) becomes
 * the first part of the path, which is how the store wants it.
 */
public final class S3Handler extends ProxyHandler.Reverse {
  private static final Duration IDLE = Duration.ofMinutes(5);
  private static final int MAX_CONNECTIONS = 256;
  private static final Pattern BUCKET_HOST =
      Pattern.compile(
          "(?<bucket>[a-z0-9][a-z0-9.-]+?)\\.(?:s3[a-z0-9.-]*\\.)?(?:localhost|host\\.docker\\.internal)");

  /**
   * Sends on to the store.
   *
   * @param store where it answers; asked at each request, as it may still be starting
   */
  public S3Handler(Supplier<URI> store) {
    super(request -> target(request, store.get()));
  }

  @Override
  protected void configureHttpClient(HttpClient client) {
    super.configureHttpClient(client);
    client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
    client.setIdleTimeout(IDLE.toMillis());
  }

  private static HttpURI target(Request request, URI store) {
    String path = request.getHttpURI().getPath();
    String placed = bucketOfHost(request).map(bucket -> "/" + bucket + path).orElse(path);
    return HttpURI.build()
        .scheme("http")
        .host(store.getHost())
        .port(store.getPort())
        .path(placed)
        .query(request.getHttpURI().getQuery())
        .asImmutable();
  }

  private static Optional<String> bucketOfHost(Request request) {
    String host = Optional.ofNullable(request.getHeaders().get(HttpHeader.HOST)).orElse("");
    int port = host.lastIndexOf(':');
    Matcher match = BUCKET_HOST.matcher(port < 0 ? host : host.substring(0, port));
    return match.matches() ? Optional.of(match.group("bucket")) : Optional.empty();
  }
}
