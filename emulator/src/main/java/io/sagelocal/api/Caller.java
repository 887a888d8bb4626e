package io.sagelocal.api;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Who signed a request and for which service, as its SigV4 scope says; the signature itself is not
 * checked.
 */
public record Caller(String accessKey, Region region, String service) {
  private static final String READ = Caller.class.getName();
  private static final Pattern HEADER_CREDENTIAL =
      Pattern.compile("Credential=([^/,\\s]+)/[0-9]+/([a-z0-9-]{1,40})/([a-z0-9-]+)/aws4_request");
  private static final Pattern QUERY_CREDENTIAL =
      Pattern.compile("(?:^|&)X-Amz-Credential=([^&]+)");
  private static final Pattern SCOPE =
      Pattern.compile("([^/]+)/[0-9]+/([a-z0-9-]{1,40})/([a-z0-9-]+)/aws4_request");

  /** Who signed a request that goes through several handlers; it is read once. */
  public static Optional<Caller> of(Request request) {
    if (request.getAttribute(READ) instanceof Optional<?> read) {
      return read.map(Caller.class::cast);
    }
    Optional<Caller> caller =
        of(request.getHeaders().get(HttpHeader.AUTHORIZATION), request.getHttpURI().getQuery());
    request.setAttribute(READ, caller);
    return caller;
  }

  /** Reads the Authorization header, else a presigned query; empty for an unsigned request. */
  public static Optional<Caller> of(@Nullable String authorization, @Nullable String query) {
    if (authorization != null) {
      Matcher header = HEADER_CREDENTIAL.matcher(authorization);
      if (header.find()) {
        return Optional.of(caller(header));
      }
    }
    if (query != null) {
      Matcher parameter = QUERY_CREDENTIAL.matcher(query);
      if (parameter.find()) {
        Matcher scope =
            SCOPE.matcher(URLDecoder.decode(parameter.group(1), StandardCharsets.UTF_8));
        if (scope.matches()) {
          return Optional.of(caller(scope));
        }
      }
    }
    return Optional.empty();
  }

  /** The account and region of a request that may be unsigned. */
  public static Scope scope(Optional<Caller> caller) {
    return caller
        .map(known -> new Scope(AccountId.ofAccessKey(known.accessKey()), known.region()))
        .orElse(new Scope(AccountId.DEFAULT, Region.DEFAULT));
  }

  private static Caller caller(Matcher scope) {
    return new Caller(scope.group(1), new Region(scope.group(2)), scope.group(3));
  }
}
