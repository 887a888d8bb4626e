package io.sagelocal.fakes3.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** Where a request names its bucket: in the path, or in the host as {@code bucket.localhost}. */
public final class Addressing {
  private static final Pattern BUCKET_HOST =
      Pattern.compile(
          "(?<bucket>[a-z0-9][a-z0-9.-]+?)\\.(?:s3[a-z0-9.-]*\\.)?(?:localhost|host\\.docker\\.internal)");

  private Addressing() {}

  /** The request's path, still encoded, with the bucket as its first part. */
  public static String path(Request request) {
    String path = request.getHttpURI().getPath();
    return bucketOfHost(request).map(bucket -> "/" + bucket + path).orElse(path);
  }

  private static Optional<String> bucketOfHost(Request request) {
    String host = Optional.ofNullable(request.getHeaders().get(HttpHeader.HOST)).orElse("");
    int port = host.lastIndexOf(':');
    Matcher match = BUCKET_HOST.matcher(port < 0 ? host : host.substring(0, port));
    return match.matches() && !match.group("bucket").equals("s3")
        ? Optional.of(match.group("bucket"))
        : Optional.empty();
  }
}
