package io.sagelocal.logs;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Names of groups and streams as names of files: no slash, no dot in front, and back again. */
final class FileNames {
  private FileNames() {}

  static String encode(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace(".", "%2E").replace("*", "%2A");
  }

  static String decode(String file) {
    return URLDecoder.decode(file, StandardCharsets.UTF_8);
  }
}
