package io.sagelocal.api;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Has a handler that may wait answer on a virtual thread. The threads that read the port never
 * wait, so they go through with what does not wait either, without another thread's help.
 */
final class OffSelector extends Handler.Wrapper {
  private static final Executor THREADS = Executors.newVirtualThreadPerTaskExecutor();

  OffSelector(Handler handler) {
    super(handler);
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    THREADS.execute(() -> answer(request, response, callback));
    return true;
  }

  private void answer(Request request, Response response, Callback callback) {
    try {
      if (!super.handle(request, response, callback)) {
        Response.writeError(request, response, callback, 404);
      }
    } catch (Throwable e) { // as the server itself does, which is not there any more
      Response.writeError(request, response, callback, e);
    }
  }
}
