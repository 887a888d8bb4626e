package io.sagelocal;

import java.util.Optional;

/** Which release this is, as its jar says. */
public final class Version {
  public static final String OF_THIS =
      Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
          .orElse("development");

  private Version() {}
}
