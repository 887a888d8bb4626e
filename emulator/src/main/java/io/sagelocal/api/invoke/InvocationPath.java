package io.sagelocal.api.invoke;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code /endpoints/NAME/invocations}. */
public record InvocationPath(String endpoint) {
  private static final Pattern FORM = Pattern.compile("/endpoints/([^/]+)/invocations");

  public static Optional<InvocationPath> parse(String path) {
    Matcher match = FORM.matcher(path);
    return match.matches()
        ? Optional.of(new InvocationPath(URLDecoder.decode(match.group(1), StandardCharsets.UTF_8)))
        : Optional.empty();
  }
}
