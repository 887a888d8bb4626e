package io.sagelocal;

import java.util.Optional;

/** Which release this is, as its jar says. */
final class Version {
  static final String OF_THIS =
      Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
          .orElse("development");

  private Version() {}
}
