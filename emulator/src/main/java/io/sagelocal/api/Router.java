package io.sagelocal.api;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;

/**
 * Tells the services apart that share the port. What it keeps for itself are streams, S3 and
 * invocations; the rest goes on to Javalin.
 */
final class Router extends Handler.Wrapper {
  private static final Set<String> QUERY_SERVICES = Set.of("sts", "iam", "monitoring");
  private static final String FORM = "application/x-www-form-urlencoded";

  /**
   * Names by which clients of this machine and of its containers call it; a web page elsewhere has
   * others.
   */
  private static final Pattern KNOWN_HOST =
      Pattern.compile(
          "(?:(?:[a-z0-9.-]+\\.)?(?:localhost|host\\.docker\\.internal|amazonaws\\.com(?:\\.cn)?)"
              + "|[0-9]+(?:\\.[0-9]+){3}|\\[[0-9a-f:]+\\])(?::[0-9]+)?");

  private final Handler s3;
  private final Handler invocations;

  /** The last one seen: clients name the same one again and again. */
  private volatile String lastKnownHost = "localhost";

  /**
   * @param invocations which does not wait
   */
  Router(Handler s3, Handler invocations) {
    this.s3 = new OffSelector(s3);
    this.invocations = invocations;
    addBean(this.s3);
    addBean(invocations);
  }

  @Override
  public void setServer(Server server) {
    super.setServer(server);
    s3.setServer(server);
    invocations.setServer(server);
  }

  /** The rest, which may wait. */
  @Override
  public void setHandler(Handler rest) {
    super.setHandler(new OffSelector(rest));
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (!knownHost(request)) {
      Response.writeError(request, response, callback, 403, "Host is not a name of this emulator");
      return true;
    }
    String path = Request.getPathInContext(request);
    HttpFields headers = request.getHeaders();
    if (path.startsWith("/_sagelocal/")
        || path.equals("/_localstack/health")
        || headers.contains("X-Amz-Target")) {
      return super.handle(request, response, callback);
    }
    String service = Caller.of(request).map(Caller::service).orElse("");
    if (service.equals("sagemaker") || (service.isEmpty() && path.startsWith("/endpoints/"))) {
      return invocations.handle(request, response, callback);
    }
    if (QUERY_SERVICES.contains(service) || (service.isEmpty() && isForm(request, path))) {
      return super.handle(request, response, callback);
    }
    return s3.handle(request, response, callback);
  }

  private static boolean isForm(Request request, String path) {
    return path.equals("/")
        && request.getMethod().equals("POST")
        && Optional.ofNullable(request.getHeaders().get(HttpHeader.CONTENT_TYPE))
            .orElse("")
            .startsWith(FORM);
  }

  private boolean knownHost(Request request) {
    String host = Optional.ofNullable(request.getHeaders().get(HttpHeader.HOST)).orElse("");
    if (host.equals(lastKnownHost)) {
      return true;
    }
    boolean known = KNOWN_HOST.matcher(host.toLowerCase(Locale.ROOT)).matches();
    if (known) {
      lastKnownHost = host;
    }
    return known;
  }
}
