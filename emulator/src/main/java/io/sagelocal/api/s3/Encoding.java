package io.sagelocal.api.s3;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Paths and queries encoded the one way that a signature knows. */
final class Encoding {
  private static final Pattern SIGNATURE_PARAMETER =
      Pattern.compile(
          "(?i)X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256)"
              + "|AWSAccessKeyId|Signature|Expires");
  private static final String UNRESERVED = "-_.~";

  private Encoding() {}

  /** A path, whatever way it was encoded. */
  static String path(String raw) {
    return encoded(decoded(raw, false), "/");
  }

  /** A query without the parameters of an earlier signature, sorted. */
  static String query(String raw) {
    Set<String> pairs = new TreeSet<>();
    for (String pair : List.of(raw.split("&", -1))) {
      int equals = pair.indexOf('=');
      byte[] name = decoded(equals < 0 ? pair : pair.substring(0, equals), true);
      byte[] value = decoded(equals < 0 ? "" : pair.substring(equals + 1), true);
      if (name.length > 0
          && !SIGNATURE_PARAMETER.matcher(new String(name, StandardCharsets.UTF_8)).matches()) {
        pairs.add(encoded(name, "") + "=" + encoded(value, ""));
      }
    }
    return String.join("&", pairs);
  }

  private static byte[] decoded(String text, boolean plusIsSpace) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char one = text.charAt(i);
      if (one == '%' && i + 2 < text.length()) {
        bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else if (one == '+' && plusIsSpace) {
        bytes.write(' ');
      } else {
        bytes.writeBytes(String.valueOf(one).getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  private static String encoded(byte[] bytes, String kept) {
    StringBuilder text = new StringBuilder(bytes.length);
    for (byte one : bytes) {
      char character = (char) (one & 0xff);
      boolean plain =
          (character >= 'A' && character <= 'Z')
              || (character >= 'a' && character <= 'z')
              || (character >= '0' && character <= '9')
              || UNRESERVED.indexOf(character) >= 0
              || kept.indexOf(character) >= 0;
      if (plain) {
        text.append(character);
      } else {
        text.append("%%%02X".formatted(one & 0xff));
      }
    }
    return text.toString();
  }
}
