package io.sagelocal.account;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Scope;
import io.sagelocal.engine.Folder;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What lets AWS clients inside a container reach the emulator: a folder that the container sees,
 * and environment that goes before its own.
 *
 * @param endpoint the emulator as the container reaches it
 * @param account whose resources the container's clients see
 */
public record ContainerAccess(
    URI endpoint, AccountId account, Folder folder, Map<String, String> environment) {
  /** Where the gateway answers {@link RoleSession#credentials}, before a token. */
  public static final String CREDENTIALS_PATH = "/_sagelocal/credentials/";

  private static final String PATH_IN_CONTAINER = "/opt/sagelocal/aws";

  public ContainerAccess {
    environment = Map.copyOf(environment);
  }

  /**
   * Access for the containers of one account and region.
   *
   * @param endpoint the emulator as containers reach it
   * @param clientFiles the folder with {@link ClientSettings}' files for that endpoint
   */
  public static ContainerAccess of(URI endpoint, Path clientFiles, Scope scope) {
    Map<String, String> environment =
        new LinkedHashMap<>(new ClientSettings(endpoint).redirection(PATH_IN_CONTAINER));
    environment.put("S3_ENDPOINT_URL", endpoint.toString());
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    environment.putAll(ClientSettings.identity(accessKey(scope.account()), scope.region()));
    return new ContainerAccess(
        endpoint, scope.account(), new Folder(PATH_IN_CONTAINER, clientFiles, false), environment);
  }

  /**
   * The same for a container that acts as a role: its credentials are in the environment, which
   * every AWS SDK reads first, and at an address from which they can be asked.
   *
   * <p>SDKs take the address for credentials only where it is loopback or one of AWS's own, which
   * is why the environment has them too.
   *
   * @param roleArn as a request names it; one that is no role's ARN changes nothing
   */
  public ContainerAccess as(String roleArn) {
    return RoleSession.ofContainer(roleArn, account)
        .map(session -> {
          Map<String, String> more = new LinkedHashMap<>(environment);
          more.put("AWS_SESSION_TOKEN", session.token());
          more.put(
              "AWS_CONTAINER_CREDENTIALS_FULL_URI", endpoint + CREDENTIALS_PATH + session.token());
          return new ContainerAccess(endpoint, account, folder, more);
        })
        .orElse(this);
  }

  /** The environment of a container that reaches nobody: where it is, and no credentials. */
  public static Map<String, String> none(Scope scope) {
    return Map.of(
        "AWS_REGION",
        scope.region().name(),
        "AWS_DEFAULT_REGION",
        scope.region().name(),
        "AWS_EC2_METADATA_DISABLED",
        "true");
  }

  /** The account's digits are its key, so that what a container makes is in its job's account. */
  private static String accessKey(AccountId account) {
    return account.digits();
  }
}
