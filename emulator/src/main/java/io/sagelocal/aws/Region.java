package io.sagelocal.aws;

import java.util.regex.Pattern;

/** An AWS region such as {@code us-east-1}. */
public record Region(String name) {
  private static final Pattern FORM = Pattern.compile("[a-z0-9-]{1,40}");

  /** The region of callers who name none. */
  public static final Region DEFAULT = new Region("us-east-1");

  public Region {
    if (!FORM.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a region has lower-case letters, digits and hyphens: " + name);
    }
  }

  /** The partition that ARNs of this region start with. */
  public String partition() {
    if (name.startsWith("cn-")) {
      return "aws-cn";
    }
    return name.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }

  @Override
  public String toString() {
    return name;
  }
}
