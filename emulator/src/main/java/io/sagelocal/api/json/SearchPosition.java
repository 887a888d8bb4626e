package io.sagelocal.api.json;

import io.sagelocal.aws.ServiceError;
import java.util.Optional;

/**
 * Where an entry stands in a Search, which may find it no more when the next page is asked for.
 *
 * @param value of the property that is sorted by
 */
record SearchPosition(Optional<String> value, String name) {
  private static final String SEPARATOR = "\n";
  private static final String WITH_VALUE = "with";
  private static final String WITHOUT_VALUE = "without";

  String token() {
    String text =
        String.join(
            SEPARATOR,
            value.isPresent() ? WITH_VALUE : WITHOUT_VALUE,
            name,
            value.orElse("")); // which may have lines
    return PageToken.of(text);
  }

  static SearchPosition parse(String token) {
    String[] parts = decoded(token).split(SEPARATOR, 3);
    if (parts.length == 3 && parts[0].equals(WITH_VALUE)) {
      return new SearchPosition(Optional.of(parts[2]), parts[1]);
    }
    if (parts.length == 3 && parts[0].equals(WITHOUT_VALUE)) {
      return new SearchPosition(Optional.empty(), parts[1]);
    }
    throw invalid(token);
  }

  private static String decoded(String token) {
    try {
      return PageToken.read(token);
    } catch (IllegalArgumentException e) {
      throw invalid(token);
    }
  }

  private static ServiceError invalid(String token) {
    return ServiceError.validation("NextToken \"%s\" is not of this search", token);
  }
}
