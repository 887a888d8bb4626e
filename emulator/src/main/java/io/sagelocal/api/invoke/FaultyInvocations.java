package io.sagelocal.api.invoke;

import io.sagelocal.api.Caller;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.faults.Fault;
import io.sagelocal.faults.Faults;
import io.sagelocal.state.Timeline;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Invocations that are late or fail, where a fault asks for it; else the handler it wraps. */
public final class FaultyInvocations extends Handler.Wrapper {
  private final Faults faults;
  private final Timeline timeline;

  public FaultyInvocations(Handler invocations, Faults faults, Timeline timeline) {
    super(invocations);
    this.faults = faults;
    this.timeline = timeline;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Scope scope = Caller.scope(Caller.of(request));
    Optional<Fault.Invocation> fault =
        InvocationPath.parse(Request.getPathInContext(request))
            .flatMap(path -> faults.invocation(scope, path.endpoint()));
    if (fault.isEmpty()) {
      return super.handle(request, response, callback);
    }
    timeline.schedule(fault.get().delay(), () -> late(fault.get(), request, response, callback));
    return true;
  }

  private void late(Fault.Invocation fault, Request request, Response response, Callback callback) {
    if (fault.status() != 0) {
      ErrorAnswer.plain(
          response, callback, fault.status(), new ServiceError(code(fault.status()), fault.body()));
      return;
    }
    try {
      if (!super.handle(request, response, callback)) {
        callback.failed(new IllegalStateException("nobody answered the invocation"));
      }
    } catch (Exception e) { // declared by the library
      callback.failed(e);
    }
  }

  private static String code(int status) {
    return switch (status) {
      case 429 -> "ThrottlingException";
      case 503 -> "ServiceUnavailable";
      default -> status >= 500 ? "InternalFailure" : "ValidationError";
    };
  }
}
