package io.sagelocal.fakes3.http;

import java.io.IOException;

/** One of S3's operations. */
@FunctionalInterface
interface Operation {
  /**
   * Answers a request.
   *
   * @throws io.sagelocal.fakes3.store.StoreException when it is refused; nothing was answered then
   */
  void run(S3Request request, S3Answer answer) throws IOException;
}
