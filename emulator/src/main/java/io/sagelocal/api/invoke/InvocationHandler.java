package io.sagelocal.api.invoke;

import io.sagelocal.api.Caller;
import io.sagelocal.api.ErrorStatus;
import io.sagelocal.api.invoke.InvocationPath.Kind;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.hosting.AsyncInvocations;
import io.sagelocal.hosting.InvocationRouting;
import io.sagelocal.hosting.InvocationTarget;
import io.sagelocal.hosting.Route;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * InvokeEndpoint and its relatives:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
 *
 * <p>Bodies are streamed both ways. An answer of the container that is no success becomes a
 * ModelError which tells its status and body.
 */
public final class InvocationHandler extends Handler.Abstract {
  /** How long the service lets a container be silent. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(2);
  private static final int MAX_CONNECTIONS = 1024;
  private static final String REFERENCES_PER_CACHE_LINE =
      "org.eclipse.jetty.util.referencesPerCacheLine";

  /** Of a body that nobody wants, so that the client reads why instead of a broken connection. */
  private static final long MAX_DISCARDED_BYTES = 64 << 20;

  private static final Logger log = LoggerFactory.getLogger(InvocationHandler.class);

  private final InvocationRouting routing;
  private final AsyncInvocations async;
  private final Duration patience;

  static {
    // Jetty would ask the platform's MBeans, and their start takes a quarter of the emulator's
    if (System.getProperty(REFERENCES_PER_CACHE_LINE) == null) {
      System.setProperty(REFERENCES_PER_CACHE_LINE, "16");
    }
  }

  private final HttpClient client = new HttpClient(transport());

  /**
   * @param patience how long a container may be silent
   */
  public InvocationHandler(InvocationRouting routing, AsyncInvocations async, Duration patience) {
    super(InvocationType.NON_BLOCKING);
    this.routing = routing;
    this.async = async;
    this.patience = patience;
  }

  private static HttpClientTransport transport() {
    ClientConnector connector = new ClientConnector();
    connector.setSelectors(1);
    HttpClientTransport transport = new HttpClientTransportOverHTTP(connector);
    transport.setInvocationType(InvocationType.NON_BLOCKING);
    return transport;
  }

  @Override
  protected void doStart() throws Exception {
    client.setExecutor(getServer().getThreadPool());
    client.setScheduler(getServer().getScheduler());
    client.setByteBufferPool(getServer().getByteBufferPool());
    client.setFollowRedirects(false);
    client.setHttpCookieStore(new HttpCookieStore.Empty());
    client.setUserAgentField(null);
    client.setSslContextFactory(new NoTls());
    client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
    client.setMaxRequestsQueuedPerDestination(MAX_CONNECTIONS);
    client.setConnectTimeout(CONNECT_PATIENCE.toMillis());
    client.setIdleTimeout(patience.toMillis());
    addBean(client);
    super.doStart();
    client.getContentDecoderFactories().clear();
    client.getProtocolHandlers().clear();
  }

  /** Containers speak plain HTTP: to make TLS ready for them would only slow the start. */
  private static final class NoTls extends SslContextFactory.Client {
    @Override
    protected void doStart() {}
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    HttpFields headers = request.getHeaders();
    try {
      InvocationPath path = path(request);
      RequestBody.check(request);
      Scope scope = Caller.scope(Caller.of(request));
      if (path.kind() == Kind.ASYNC) {
        aside(
            request,
            response,
            callback,
            () ->
                new AsyncRequest(async, scope, path.endpoint(), request)
                    .accept(response, callback));
        return true;
      }
      InvocationTarget target = InvocationHeaders.target(headers);
      Consumer<Route> begin =
          route ->
              new Exchange(client, patience, path.kind(), route, request, response, callback)
                  .begin();
      routing
          .find(scope, path.endpoint(), target)
          .ifPresentOrElse(
              begin,
              () ->
                  aside(
                      request,
                      response,
                      callback,
                      () -> begin.accept(routing.route(scope, path.endpoint(), target))));
    } catch (ServiceError e) {
      refuse(request, response, callback, e);
    }
    return true;
  }

  /** What may wait, for the client or for a record. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  /** Does it where nobody else has to wait for it. */
  private static void aside(Request request, Response response, Callback callback, Work work) {
    Thread.ofVirtual()
        .name("invocation")
        .start(() -> {
          try {
            work.run();
          } catch (ServiceError e) {
            refuse(request, response, callback, e);
          } catch (IOException | RuntimeException e) {
            log.error(
                "an invocation by {} could not be begun", Request.getPathInContext(request), e);
            callback.failed(e);
          }
        });
  }

  private static InvocationPath path(Request request) {
    String path = Request.getPathInContext(request);
    InvocationPath parsed =
        InvocationPath.parse(path)
            .orElseThrow(() ->
                new ServiceError(
                    "ValidationError",
                    "The runtime answers POST /endpoints/NAME/invocations, not " + path));
    if (!request.getMethod().equals("POST")) {
      throw new ServiceError("ValidationError", "Invocations are POST, not " + request.getMethod());
    }
    return parsed;
  }

  private static void refuse(
      Request request, Response response, Callback callback, ServiceError error) {
    Runnable answer =
        () -> ErrorAnswer.plain(response, callback, ErrorStatus.of(error.code()), error);
    if (request.getLength() > 0 && request.getLength() <= MAX_DISCARDED_BYTES) {
      Content.Source.consumeAll(request, Callback.from(answer, failure -> answer.run()));
    } else {
      answer.run();
    }
  }
}
