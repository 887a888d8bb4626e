package io.sagelocal.api.s3;

import io.sagelocal.fakes3.http.S3Handler;
import io.sagelocal.fakes3.store.Store;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Handler;

/** Whoever answers S3 on the gateway's port. */
public record S3Front(Handler.Abstract handler) {

  /** The store of this process. */
  public static S3Front embedded(Store store) {
    return new S3Front(new S3Handler(store));
  }

  /**
   * Another server, to which requests go on.
   *
   * @param hasBucket buckets that may be created again, as in us-east-1; for a server that would
   *     refuse it where S3 does not
   */
  public static S3Front forwarding(
      S3Server server, Supplier<Instant> now, Predicate<String> hasBucket) {
    return new S3Front(new S3Forwarder(server, now, hasBucket));
  }
}
