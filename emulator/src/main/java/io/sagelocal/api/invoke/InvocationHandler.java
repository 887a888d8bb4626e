package io.sagelocal.api.invoke;

import io.sagelocal.api.Caller;
import io.sagelocal.api.ErrorStatus;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.hosting.Endpoints;
import io.sagelocal.hosting.InvocationTarget;
import io.sagelocal.hosting.Route;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Response.CompleteListener;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * InvokeEndpoint:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 *
 * <p>Bodies are streamed both ways. An answer of the container that is no success becomes a
 * ModelError which tells its status and body.
 */
public final class InvocationHandler extends ProxyHandler.Reverse {
  private static final Duration MODEL_TIMEOUT = Duration.ofSeconds(60);
  private static final int MAX_CONNECTIONS = 512;
  private static final int MAX_ERROR_BYTES = 1 << 20;
  private static final String ROUTE = InvocationHandler.class.getName() + ".route";
  private static final String TARGET_VARIANT = "X-Amzn-SageMaker-Target-Variant";
  private static final String INVOKED_VARIANT = "x-amzn-Invoked-Production-Variant";

  /** What the container need not know. */
  private static final Set<String> OWN_HEADERS =
      Set.of("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256");

  private final Endpoints endpoints;

  public InvocationHandler(Endpoints endpoints) {
    super(InvocationHandler::target);
    this.endpoints = endpoints;
  }

  @Override
  protected void configureHttpClient(HttpClient client) {
    super.configureHttpClient(client);
    client.setSslContextFactory(noCertificates());
    client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
    client.setIdleTimeout(MODEL_TIMEOUT.plusSeconds(5).toMillis());
  }

  /**
   * Containers speak plain HTTP: to read the authorities' certificates would only slow the start.
   */
  private static SslContextFactory.Client noCertificates() {
    try {
      SSLContext none = SSLContext.getInstance("TLS");
      none.init(null, new TrustManager[0], null);
      SslContextFactory.Client factory = new SslContextFactory.Client();
      factory.setSslContext(none);
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has TLS
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String path = Request.getPathInContext(request);
    HttpFields headers = request.getHeaders();
    Scope scope =
        Caller.scope(
            Caller.of(headers.get(HttpHeader.AUTHORIZATION), request.getHttpURI().getQuery()));
    try {
      InvocationPath invocation =
          InvocationPath.parse(path)
              .orElseThrow(() ->
                  new ServiceError(
                      "ValidationError",
                      "The runtime answers POST /endpoints/NAME/invocations, not " + path));
      if (!request.getMethod().equals("POST")) {
        throw new ServiceError(
            "ValidationError", "Invocations are POST, not " + request.getMethod());
      }
      Route route =
          endpoints.route(
              scope,
              invocation.endpoint(),
              new InvocationTarget(
                  Optional.ofNullable(headers.get(TARGET_VARIANT)),
                  Optional.empty(),
                  Optional.empty()));
      Request.addCompletionListener(request, failure -> route.close());
      request.setAttribute(ROUTE, route);
      return super.handle(request, response, callback);
    } catch (ServiceError e) {
      fail(response, callback, e);
      return true;
    }
  }

  private static HttpURI target(Request request) {
    Route route = route(request);
    return HttpURI.from(
        "http",
        route.stages().getFirst().address().getHostString(),
        route.stages().getFirst().address().getPort(),
        "/invocations");
  }

  private static Route route(Request request) {
    if (request.getAttribute(ROUTE) instanceof Route route) {
      return route;
    }
    throw new IllegalStateException("the request was not routed");
  }

  @Override
  protected void copyRequestHeaders(
      Request clientToProxy, org.eclipse.jetty.client.Request proxyToServer) {
    super.copyRequestHeaders(clientToProxy, proxyToServer);
    // connections are pooled by address and tag: one to a container that is gone serves no later
    // one
    proxyToServer.tag(route(clientToProxy).stages().getFirst().containerId());
    proxyToServer.headers(headers -> OWN_HEADERS.forEach(headers::remove));
    proxyToServer.timeout(MODEL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  protected CompleteListener newServerToProxyResponseListener(
      Request clientToProxy,
      org.eclipse.jetty.client.Request proxyToServer,
      Response response,
      Callback callback) {
    response.getHeaders().put(INVOKED_VARIANT, route(clientToProxy).variant());
    return new ModelAnswer(clientToProxy, proxyToServer, response, callback);
  }

  @Override
  protected void onServerToProxyResponseFailure(
      Request clientToProxy,
      org.eclipse.jetty.client.Request proxyToServer,
      org.eclipse.jetty.client.@Nullable Response serverToProxy,
      Response response,
      Callback callback,
      Throwable failure) {
    if (response.isCommitted()) {
      callback.failed(failure);
      return;
    }
    String why =
        failure instanceof TimeoutException
            ? "the container did not answer within " + MODEL_TIMEOUT.toSeconds() + " seconds"
            : "the container broke off: " + failure.getMessage();
    ErrorAnswer.model(
        response,
        callback,
        "Invocation of %s failed: %s".formatted(route(clientToProxy).variant(), why),
        500,
        why,
        route(clientToProxy).logGroupArn());
  }

  private static void fail(Response response, Callback callback, ServiceError error) {
    ErrorAnswer.plain(response, callback, ErrorStatus.of(error.code()), error);
  }

  /** Streams a success to the client; keeps the start of anything else for the ModelError. */
  private final class ModelAnswer extends ProxyResponseListener {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final ByteArrayOutputStream refusal = new ByteArrayOutputStream();
    private boolean refused;

    ModelAnswer(
        Request request,
        org.eclipse.jetty.client.Request proxyToServer,
        Response response,
        Callback callback) {
      super(request, proxyToServer, response, callback);
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    @Override
    public void onHeaders(org.eclipse.jetty.client.Response model) {
      refused = !HttpStatus.isSuccess(model.getStatus());
      if (!refused) {
        super.onHeaders(model);
      }
    }

    @Override
    public void onContent(
        org.eclipse.jetty.client.Response model, Content.Chunk chunk, Runnable demand) {
      if (!refused) {
        super.onContent(model, chunk, demand);
        return;
      }
      byte[] bytes = new byte[chunk.getByteBuffer().remaining()];
      chunk.getByteBuffer().get(bytes);
      refusal.write(bytes, 0, Math.min(bytes.length, MAX_ERROR_BYTES - refusal.size()));
      demand.run();
    }

    @Override
    public void onSuccess(org.eclipse.jetty.client.Response model) {
      if (!refused) {
        super.onSuccess(model);
      }
    }

    @Override
    public void onComplete(Result result) {
      if (!refused) {
        super.onComplete(result);
        return;
      }
      int status = result.getResponse().getStatus();
      String body = refusal.toString(StandardCharsets.UTF_8);
      String message =
          "Received %s error (%d) from %s with message \"%s\"."
              .formatted(
                  HttpStatus.isClientError(status) ? "client" : "server",
                  status,
                  route(request).variant(),
                  body);
      ErrorAnswer.model(response, callback, message, status, body, route(request).logGroupArn());
    }
  }
}
