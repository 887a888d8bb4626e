package io.sagelocal.serving;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * How models' containers are spoken to: plain HTTP of version 1.1. Its clients trust no
 * certificate, for to read those of all authorities takes longer than to open the gateway.
 */
public final class ModelHttp {
  private ModelHttp() {}

  /** What builds a client of the JDK. */
  public static HttpClient.Builder client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(withoutCertificates());
  }

  private static SSLContext withoutCertificates() {
    try {
      SSLContext none = SSLContext.getInstance("TLS");
      none.init(null, new TrustManager[0], null);
      return none;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has TLS
    }
  }
}
