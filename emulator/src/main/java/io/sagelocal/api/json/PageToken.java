package io.sagelocal.api.json;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The tokens of pages: a text that says where the next one begins, in letters that travel well. */
final class PageToken {
  private PageToken() {}

  static String of(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The text that a token was made of.
   *
   * @throws IllegalArgumentException when it is not made of any
   */
  static String read(String token) {
    return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
  }
}
