package io.sagelocal.api.json;

import io.sagelocal.aws.ServiceError;
import java.util.Optional;

/** Where a FilterLogEvents goes on: in which stream, and from which byte of it. */
record FilterPosition(String stream, long position) {

  static FilterPosition parse(Optional<String> token) {
    return token.map(FilterPosition::decode).orElse(new FilterPosition("", 0));
  }

  String token() {
    return PageToken.of(position + " " + stream);
  }

  private static FilterPosition decode(String token) {
    try {
      String text = PageToken.read(token);
      int space = text.indexOf(' ');
      return new FilterPosition(
          text.substring(space + 1), Long.parseLong(text.substring(0, Math.max(space, 0))));
    } catch (IllegalArgumentException e) {
      throw new ServiceError(
          "InvalidParameterException", "The specified nextToken is invalid: " + token);
    }
  }
}
