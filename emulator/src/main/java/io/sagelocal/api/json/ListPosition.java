package io.sagelocal.api.json;

import io.sagelocal.aws.ServiceError;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/** Where an entry stands in a {@link Listing}, whichever its order; {@code status} may be empty. */
record ListPosition(Instant created, String status, String name) {
  private static final String SEPARATOR = "\n";

  String token() {
    String text = String.join(SEPARATOR, created.toString(), status, name);
    return PageToken.of(text);
  }

  static ListPosition parse(String token) {
    try {
      String text = PageToken.read(token);
      List<String> parts = List.of(text.split(SEPARATOR, -1));
      if (parts.size() == 3) {
        return new ListPosition(Instant.parse(parts.get(0)), parts.get(1), parts.get(2));
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      throw invalid(token);
    }
    throw invalid(token);
  }

  private static ServiceError invalid(String token) {
    return ServiceError.validation("NextToken \"%s\" is not of this list", token);
  }
}
