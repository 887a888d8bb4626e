package io.sagelocal.cli;

import io.sagelocal.Settings;
import io.sagelocal.account.ClientSettings;
import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "env",
    description = "Prints the lines that point AWS clients at it: eval \"$(sagelocal env)\"",
    mixinStandardHelpOptions = true)
final class EnvCommand implements Callable<Integer> {
  private final Console console;
  @Mixin private final SettingsFlags flags = new SettingsFlags();

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  EnvCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Settings settings = flags.settings(console);
    URI endpoint =
        RunningServer.read(settings.dataFolder())
            .map(RunningServer::endpoint)
            .orElse(URI.create("http://127.0.0.1:" + settings.port()));
    Path folder = settings.dataFolder().resolve("aws");
    ClientSettings client = new ClientSettings(endpoint);
    client.writeTo(folder);
    Map<String, String> variables = new LinkedHashMap<>(client.redirection(folder.toString()));
    variables.putAll(missingIdentity(console.environment()));
    output.told(
        console.out(),
        variables,
        variables.entrySet().stream()
            .map(one ->
                "export %s='%s'".formatted(one.getKey(), one.getValue().replace("'", "'\\''")))
            .collect(Collectors.joining(System.lineSeparator())));
    return ExitCode.OK;
  }

  /** What the shell has already stays as it is. */
  private static Map<String, String> missingIdentity(Map<String, String> environment) {
    Map<String, String> missing = new LinkedHashMap<>();
    ClientSettings.identity(AccountId.DEFAULT.digits(), Region.DEFAULT)
        .forEach((name, value) -> {
          if (!environment.containsKey(name)) {
            missing.put(name, value);
          }
        });
    if (environment.containsKey("AWS_REGION") || environment.containsKey("AWS_DEFAULT_REGION")) {
      missing.remove("AWS_REGION");
      missing.remove("AWS_DEFAULT_REGION");
    }
    return missing;
  }
}
