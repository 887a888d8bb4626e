package io.sagelocal.aws;

import java.util.regex.Pattern;

/** A 12-digit AWS account. */
public record AccountId(String digits) {
  private static final Pattern FORM = Pattern.compile("[0-9]{12}");

  /** The account of callers whose access key is not an account number. */
  public static final AccountId DEFAULT = new AccountId("000000000000");

  public AccountId {
    if (!FORM.matcher(digits).matches()) {
      throw new IllegalArgumentException("an account has 12 digits: " + digits);
    }
  }

  /** The account an access key stands for: itself when it is 12 digits, else {@link #DEFAULT}. */
  public static AccountId ofAccessKey(String accessKey) {
    return FORM.matcher(accessKey).matches() ? new AccountId(accessKey) : DEFAULT;
  }

  @Override
  public String toString() {
    return digits;
  }
}
