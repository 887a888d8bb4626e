package io.sagelocal.objects;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificates a client of a store believes: those that this Java knows, and some more.
 *
 * @param more of those who sign, or of the store itself
 */
public record Trust(List<X509Certificate> more) {
  /** What this Java trusts alone. */
  public static final Trust OF_JAVA = new Trust(List.of());

  /** The variable that names a file for {@link #of}. */
  public static final String VARIABLE = "SAGELOCAL_S3_CA";

  public Trust {
    more = List.copyOf(more);
  }

  /**
   * Reads certificates, in PEM or DER.
   *
   * @throws IllegalArgumentException when the file is none of such
   */
  public static Trust of(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Trust read =
          new Trust(
              CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                  .map(X509Certificate.class::cast)
                  .toList());
      if (read.more.isEmpty()) {
        throw new CertificateException("there is none in it");
      }
      return read;
    } catch (IOException | CertificateException e) {
      throw new IllegalArgumentException(
          "%s must name a file of certificates in PEM, but was: %s (%s)"
              .formatted(VARIABLE, file, e),
          e);
    }
  }

  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {manager()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  public X509TrustManager manager() {
    try {
      X509TrustManager ofJava = manager(null);
      KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
      all.load(null, null);
      int number = 0;
      for (X509Certificate one : ofJava.getAcceptedIssuers()) {
        all.setCertificateEntry("java-" + number++, one);
      }
      for (X509Certificate one : more) {
        all.setCertificateEntry("more-" + number++, one);
      }
      return manager(all);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("certificates cannot be kept in memory", e);
    }
  }

  private static X509TrustManager manager(@Nullable KeyStore known)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(known);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509TrustManager.class::isInstance)
        .map(X509TrustManager.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** What to tell when a certificate was not believed; empty when something else went wrong. */
  public static Optional<String> complaint(Throwable failure) {
    for (@Nullable Throwable one = failure; one != null; one = one.getCause()) {
      if (one instanceof CertificateException || one instanceof SSLPeerUnverifiedException) {
        return Optional.of(
            "its certificate is not trusted: %s. %s may name a file with the certificate of who signed it"
                .formatted(one.getMessage(), VARIABLE));
      }
    }
    return Optional.empty();
  }
}
