package io.sagelocal.cli;

import io.sagelocal.Settings;
import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of commands that ask a running emulator. */
final class ClientFlags {
  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "where it answers; else the one that uses the data folder, AWS_ENDPOINT_URL, port 4566")
  private @Nullable URI endpoint;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "~/.sagelocal; its data folder (SAGELOCAL_DATA_DIR)")
  private @Nullable String dataFolder;

  @Option(
      names = "--account",
      paramLabel = "DIGITS",
      description = "000000000000, or the access key where that has 12 digits (AWS_ACCESS_KEY_ID)")
  private @Nullable String account;

  @Option(names = "--region", paramLabel = "REGION", description = "us-east-1 (AWS_REGION)")
  private @Nullable String region;

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  OutputFormat output() {
    return output;
  }

  /** A client of the emulator that the flags and the environment point to. */
  Client client(Console console) throws IOException {
    Map<String, String> environment = console.environment();
    Map<String, String> flags = new HashMap<>();
    if (dataFolder != null) {
      flags.put("data-dir", dataFolder);
    }
    Settings settings = Settings.from(flags, environment);
    Optional<URI> running = RunningServer.read(settings.dataFolder()).map(RunningServer::endpoint);
    URI found =
        Optional.ofNullable(endpoint)
            .or(() -> running)
            .or(() -> Optional.ofNullable(environment.get("AWS_ENDPOINT_URL")).map(URI::create))
            .orElse(URI.create("http://127.0.0.1:" + settings.port()));
    AccountId owner =
        account == null
            ? AccountId.ofAccessKey(environment.getOrDefault("AWS_ACCESS_KEY_ID", ""))
            : new AccountId(account);
    String place =
        Optional.ofNullable(region)
            .or(() -> Optional.ofNullable(environment.get("AWS_REGION")))
            .or(() -> Optional.ofNullable(environment.get("AWS_DEFAULT_REGION")))
            .orElse(Region.DEFAULT.name());
    return new Client(found, owner, new Region(place));
  }
}
