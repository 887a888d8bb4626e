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
 */
public record ContainerAccess(Folder folder, Map<String, String> environment) {
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
    return new ContainerAccess(new Folder(PATH_IN_CONTAINER, clientFiles, false), environment);
  }

  /** The account's digits are its key, so that what a container makes is in its job's account. */
  private static String accessKey(AccountId account) {
    return account.digits();
  }
}
