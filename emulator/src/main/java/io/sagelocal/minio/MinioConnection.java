package io.sagelocal.minio;

import io.minio.MinioClient;
import io.sagelocal.objects.Trust;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLException;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/** How a server that speaks S3 is reached. */
final class MinioConnection {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private MinioConnection() {}

  /**
   * A client of a server, which is first asked when the client is.
   *
   * @param trust whose certificates are believed, where the address is of HTTPS
   */
  static MinioClient to(
      URI server, String accessKey, String secretKey, String region, Trust trust) {
    OkHttpClient.Builder http =
        new OkHttpClient.Builder()
            .socketFactory(new QuickSockets())
            .connectTimeout(TIMEOUT)
            .readTimeout(TIMEOUT)
            .writeTimeout(TIMEOUT);
    if ("https".equals(server.getScheme())) {
      http.sslSocketFactory(trust.context().getSocketFactory(), trust.manager())
          .addInterceptor(MinioConnection::tellOfCertificates);
    }
    return MinioClient.builder()
        .endpoint(server.toString())
        .region(region)
        .credentials(accessKey, secretKey)
        .httpClient(http.build())
        .build();
  }

  /** The client would look for the cause, and take that for a fault of the program. */
  private static Response tellOfCertificates(Interceptor.Chain chain) throws IOException {
    try {
      return chain.proceed(chain.request());
    } catch (SSLException e) {
      HttpUrl server = chain.request().url();
      throw new IOException(
          "S3 at %s://%s:%d does not answer: %s"
              .formatted(
                  server.scheme(),
                  server.host(),
                  server.port(),
                  Trust.complaint(e).orElseGet(e::toString)));
    }
  }
}
