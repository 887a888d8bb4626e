package io.sagelocal.docker;

import com.github.dockerjava.api.exception.DockerException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the daemon said, without the JSON around it. */
final class Reasons {
  private static final Pattern MESSAGE =
      Pattern.compile("\\{\\s*\"message\"\\s*:\\s*\"(.*)\"\\s*\\}", Pattern.DOTALL);

  private Reasons() {}

  static String of(DockerException e) {
    String text = String.valueOf(e.getMessage());
    Matcher json = MESSAGE.matcher(text);
    return json.find()
        ? json.group(1).replace("\\\"", "\"").replace("\\n", " ").strip()
        : text.strip();
  }
}
