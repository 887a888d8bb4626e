package io.sagelocal.docker;

import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.WaitResponse;
import org.jspecify.annotations.Nullable;

/** Keeps the exit code that a wait brings. */
final class ExitCallback extends WaitContainerResultCallback {
  private volatile @Nullable Integer code;

  @Override
  public void onNext(WaitResponse response) {
    code = response.getStatusCode();
    super.onNext(response);
  }

  /** None when the connection ended before the container. */
  @Nullable Integer code() {
    return code;
  }
}
