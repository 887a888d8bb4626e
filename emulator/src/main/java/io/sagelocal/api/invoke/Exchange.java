package io.sagelocal.api.invoke;

import io.sagelocal.api.ErrorStatus;
import io.sagelocal.api.ForwardedRequest;
import io.sagelocal.api.invoke.InvocationPath.Kind;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.hosting.Route;
import io.sagelocal.serving.LoadFailure;
import io.sagelocal.serving.LoadedModel;
import io.sagelocal.serving.ModelServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Response.CompleteListener;
import org.eclipse.jetty.client.Response.ContentSourceListener;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One invocation on its way through the containers of its instance. Bodies go through as they come;
 * no thread waits.
 */
final class Exchange {
  private static final Logger log = LoggerFactory.getLogger(Exchange.class);
  private static final int MAX_ERROR_BYTES = 1 << 20;

  private final HttpClient client;
  private final Duration patience;
  private final Kind kind;
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final RequestBody body;
  private volatile Route route;
  private volatile boolean retried;

  /** The last container's answer, and when; 0 for none. */
  private volatile int status;

  private volatile long sentAt;
  private volatile long answeredAt;

  /**
   * An invocation that is to be sent.
   *
   * @param patience how long a container may be silent
   */
  Exchange(
      HttpClient client,
      Duration patience,
      Kind kind,
      Route route,
      Request request,
      Response response,
      Callback callback) {
    this.client = client;
    this.patience = patience;
    this.kind = kind;
    this.route = route;
    this.request = request;
    this.response = response;
    ForwardedRequest forwarded = new ForwardedRequest(request);
    this.body = new RequestBody(forwarded);
    this.callback = forwarded.ending(callback);
    Request.addCompletionListener(request, failure -> done());
  }

  private void done() {
    Route last = route;
    long sent = sentAt;
    if (sent != 0) {
      long now = System.nanoTime();
      long model = (answeredAt == 0 ? now : answeredAt) - sent;
      last.count(status, model, now - request.getBeginNanoTime() - model);
    }
    last.close();
  }

  /** Sends it; what becomes of it is told to the callback. */
  void begin() {
    Optional<String> target = route.targetModel();
    if (target.isPresent()) {
      Thread.ofVirtual().name("load-" + target.get()).start(() -> load(target.get()));
    } else {
      new Stage(0).invoke(body);
    }
  }

  /** A container that loads models on demand may take its time; nothing has been sent yet. */
  private void load(String target) {
    ModelServer server = route.stages().getFirst();
    try {
      LoadedModel model = server.load(target);
      Request.addCompletionListener(request, failure -> model.close());
      new Stage(0).send(body, server.uri(model.path()));
    } catch (ServiceError e) {
      ErrorAnswer.plain(response, callback, ErrorStatus.of(e.code()), e);
    } catch (LoadFailure e) {
      if (e.containerGone() && retry()) {
        begin();
      } else {
        modelError(e.status(), e.getMessage(), server.name());
      }
    } catch (InterruptedException e) {
      callback.failed(e);
    } catch (RuntimeException e) {
      log.error("model {} could not be loaded", target, e);
      callback.failed(e);
    }
  }

  /** The request to one container and its answer. */
  private final class Stage implements ContentSourceListener, CompleteListener {
    private final int number;
    private final ModelServer server;
    private volatile boolean committed;
    private volatile boolean answered;

    Stage(int number) {
      this.number = number;
      this.server = route.stages().get(number);
    }

    void invoke(org.eclipse.jetty.client.Request.Content content) {
      send(content, server.invocations());
    }

    void send(org.eclipse.jetty.client.Request.Content content, URI address) {
      if (number == 0) {
        sentAt = System.nanoTime();
      }
      client
          .newRequest(address)
          .method(HttpMethod.POST)
          // connections are pooled by address and tag: one to a container that is gone serves no
          // later one
          .tag(server.containerId())
          .idleTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
          .headers(this::headers)
          .body(content)
          .onRequestCommit(sent -> committed = true)
          .send(this);
    }

    private void headers(HttpFields.Mutable headers) {
      InvocationHeaders.toContainer(request.getHeaders(), headers);
      if (last()) {
        InvocationHeaders.accept(request.getHeaders(), kind == Kind.STREAMED)
            .ifPresent(accept -> headers.put(HttpHeader.ACCEPT, accept));
      }
    }

    private boolean last() {
      return number == route.stages().size() - 1;
    }

    @Override
    public void onContentSource(org.eclipse.jetty.client.Response model, Content.Source content) {
      answered = true;
      route.answered();
      status = model.getStatus();
      answeredAt = System.nanoTime();
      if (!HttpStatus.isSuccess(model.getStatus())) {
        refused(model.getStatus(), content);
      } else if (last()) {
        answer(model, content);
      } else {
        new Stage(number + 1).invoke(new NextRequestBody(model, content));
      }
    }

    /** Its status and body are what the client learns. */
    private void refused(int status, Content.Source content) {
      Content.Source.asByteArrayAsync(
          content,
          MAX_ERROR_BYTES,
          Promise.Invocable.from(
              InvocationType.NON_BLOCKING,
              bytes -> modelError(status, new String(bytes, StandardCharsets.UTF_8), server.name()),
              failure ->
                  modelError(
                      status,
                      "its message could not be read: " + failure.getMessage(),
                      server.name())));
    }

    @Override
    public void onComplete(Result result) {
      Throwable failure = result.getFailure();
      if (failure != null && !answered) {
        failed(failure);
      }
    }

    private void failed(Throwable failure) {
      if (failure instanceof ServiceError refusal) {
        ErrorAnswer.plain(response, callback, ErrorStatus.of(refusal.code()), refusal);
      } else if (!committed && number == 0 && !body.touched() && retry()) {
        begin();
      } else {
        brokeOff(failure);
      }
    }

    private void answer(org.eclipse.jetty.client.Response model, Content.Source content) {
      HttpFields.Mutable headers = response.getHeaders();
      headers.put(InvocationHeaders.INVOKED_VARIANT, route.variant());
      InvocationHeaders.toClient(model.getHeaders(), headers);
      String type = model.getHeaders().get(HttpHeader.CONTENT_TYPE);
      if (kind == Kind.STREAMED) {
        headers.put(HttpHeader.CONTENT_TYPE, EventStreamSource.CONTENT_TYPE);
        if (type != null) {
          headers.put(InvocationHeaders.STREAMED_TYPE, type);
        }
        response.write( // the client knows that it is answered before the first piece is there
            false,
            BufferUtil.EMPTY_BUFFER,
            Callback.from(
                () -> copy(model, new EventStreamSource(content)),
                failure -> broken(model, failure)));
        return;
      }
      if (type != null) {
        headers.put(HttpHeader.CONTENT_TYPE, type);
      }
      HttpField length = model.getHeaders().getField(HttpHeader.CONTENT_LENGTH);
      if (length != null) {
        headers.put(length);
      }
      copy(model, content);
    }

    private void copy(org.eclipse.jetty.client.Response model, Content.Source content) {
      Content.copy(
          content,
          response,
          Callback.from(
              InvocationType.NON_BLOCKING, callback::succeeded, failure -> broken(model, failure)));
    }

    /**
     * A client that is gone is no reason to let the container work on; one that has heard nothing
     * yet learns what became of the container.
     */
    private void broken(org.eclipse.jetty.client.Response model, Throwable failure) {
      model.abort(failure).exceptionally(ignored -> false);
      if (response.isCommitted()) {
        callback.failed(failure);
      } else {
        response.getHeaders().clear();
        brokeOff(failure);
      }
    }

    private void brokeOff(Throwable failure) {
      status = ErrorAnswer.NO_STATUS;
      ErrorAnswer.brokeOff(response, callback, failure, server.name(), route.logGroupArn());
    }
  }

  /** Nothing has reached the first instance: another one may have it, once. */
  private boolean retry() {
    Optional<Route> other = retried ? Optional.empty() : route.other();
    retried = true;
    other.ifPresent(next -> {
      Route dead = route;
      route = next;
      dead.close();
    });
    return other.isPresent();
  }

  private void modelError(int status, String original, String container) {
    ErrorAnswer.model(response, callback, status, original, container, route.logGroupArn());
  }
}
