package io.sagelocal.minio;

import io.minio.Http;
import io.minio.ServerSideEncryption;
import java.util.Map;

/**
 * Asks a store to encrypt with a key of its key service. The client's own request of that kind
 * wants HTTPS, which a store on this machine seldom speaks.
 */
final class KmsEncryption extends ServerSideEncryption {
  private final String keyId;

  KmsEncryption(String keyId) {
    this.keyId = keyId;
  }

  @Override
  public Http.Headers headers() {
    return new Http.Headers(
        Map.of(
            "X-Amz-Server-Side-Encryption",
            "aws:kms",
            "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id",
            keyId));
  }

  @Override
  public boolean tlsRequired() {
    return false;
  }
}
