package io.sagelocal.api.s3;

import io.sagelocal.objects.Trust;
import java.net.URI;

/**
 * A server that speaks S3, and the keys it knows.
 *
 * @param address scheme, host and port
 * @param trust whose word its certificate needs, where the scheme is https
 */
public record S3Server(
    URI address, String accessKey, String secretKey, String region, Trust trust) {

  /** The host as a request names it. */
  String host() {
    int port = address.getPort();
    return port < 0 ? address.getHost() : address.getHost() + ":" + port;
  }

  @Override
  public String toString() {
    return "S3Server[%s, %s]".formatted(address, region); // without its keys
  }
}
