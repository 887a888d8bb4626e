package io.sagelocal.api.s3;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS's Signature Version 4 in a header, as S3 wants it. See
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
 */
final class Signer {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyyMMdd").withZone(ZoneOffset.UTC);

  private final String accessKey;
  private final String secretKey;
  private final String region;

  Signer(String accessKey, String secretKey, String region) {
    this.accessKey = accessKey;
    this.secretKey = secretKey;
    this.region = region;
  }

  /** The time as {@code x-amz-date} has it. */
  static String date(Instant now) {
    return TIME.format(now);
  }

  /**
   * The Authorization header of a request.
   *
   * @param path encoded as it is sent
   * @param query encoded and sorted as it is sent
   * @param headers those to sign, names in lower case; {@code host}, {@code x-amz-date} and {@code
   *     x-amz-content-sha256} among them
   */
  String authorization(
      String method, String path, String query, SortedMap<String, String> headers, Instant now) {
    String names = String.join(";", headers.keySet());
    String lines = headers.entrySet().stream().map(Signer::line).collect(Collectors.joining());
    String request =
        String.join("\n", method, path, query, lines, names, headers.get("x-amz-content-sha256"));
    String scope = "%s/%s/s3/aws4_request".formatted(DAY.format(now), region);
    String toSign =
        String.join("\n", ALGORITHM, date(now), scope, HexFormat.of().formatHex(sha256(request)));
    byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    return "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
        .formatted(ALGORITHM, accessKey, scope, names, HexFormat.of().formatHex(hmac(key, toSign)));
  }

  private static String line(Map.Entry<String, String> header) {
    return header.getKey() + ":" + header.getValue().trim().replaceAll(" +", " ") + "\n";
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
