package io.sagelocal.account;

import io.sagelocal.aws.AccountId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IAM role in use: whoever signs with its credentials acts as the role. The session token says
 * whose they are, so nothing about a session is kept anywhere.
 *
 * @param role the role's ARN
 * @param name of the session, 2 to 64 letters, digits and {@code +=,.@-_}
 * @param account whose resources the caller sees and makes
 */
public record RoleSession(String role, String name, AccountId account) {
  private static final String TOKEN_PREFIX = "sagelocal.";
  private static final String SEPARATOR = "\n";
  private static final int PARTS = 3;

  private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{2,64}");
  private static final Pattern ROLE =
      Pattern.compile(
          "arn:(?<partition>aws[a-z-]*):iam::(?<account>[0-9]{12}):role/"
              + "(?:[\\w+=,.@/-]{1,512}/)?(?<name>[\\w+=,.@-]{1,64})");

  /** The session in which SageMaker's containers act as the role of their job or model. */
  public static Optional<RoleSession> ofContainer(String roleArn, AccountId account) {
    return ROLE.matcher(roleArn).matches()
        ? Optional.of(new RoleSession(roleArn, "SageMaker", account))
        : Optional.empty();
  }

  /**
   * The session of somebody who assumed a role, in the role's own account.
   *
   * @return empty for text that is no role's ARN or no session's name
   */
  public static Optional<RoleSession> assumed(String roleArn, String name) {
    Matcher role = ROLE.matcher(roleArn);
    return role.matches() && NAME.matcher(name).matches()
        ? Optional.of(new RoleSession(roleArn, name, new AccountId(role.group("account"))))
        : Optional.empty();
  }

  /** The session that a token of {@link #token} stands for; empty for any other text. */
  public static Optional<RoleSession> ofToken(String token) {
    if (!token.startsWith(TOKEN_PREFIX)) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token.substring(TOKEN_PREFIX.length()));
      String[] parts = new String(bytes, StandardCharsets.UTF_8).split(SEPARATOR, -1);
      return parts.length == PARTS
              && ROLE.matcher(parts[0]).matches()
              && NAME.matcher(parts[1]).matches()
          ? Optional.of(new RoleSession(parts[0], parts[1], new AccountId(parts[2])))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // no Base64 or no account: somebody else's token
    }
  }

  /** The session token of its credentials. */
  public String token() {
    String text = String.join(SEPARATOR, role, name, account.digits());
    return TOKEN_PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Who such a caller is, as STS says it. */
  public String arn() {
    Matcher parts = ROLE.matcher(role);
    if (!parts.matches()) {
      throw new IllegalStateException(role + " is no role's ARN");
    }
    return "arn:%s:sts::%s:assumed-role/%s/%s"
        .formatted(parts.group("partition"), parts.group("account"), parts.group("name"), name);
  }

  /**
   * Its credentials, as the container credentials endpoint of AWS answers them.
   *
   * @param expiration when a client asks for new ones; these work after that as well
   */
  public Map<String, Object> credentials(Instant expiration) {
    Map<String, Object> credentials = new LinkedHashMap<>();
    credentials.put("RoleArn", role);
    credentials.put("AccessKeyId", account.digits());
    credentials.put("SecretAccessKey", ClientSettings.SECRET);
    credentials.put("Token", token());
    credentials.put("Expiration", expiration.toString());
    return credentials;
  }
}
