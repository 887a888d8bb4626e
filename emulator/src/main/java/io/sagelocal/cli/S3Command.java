package io.sagelocal.cli;

import com.google.errorprone.annotations.Keep;
import io.sagelocal.Settings;
import io.sagelocal.StoreCopy;
import io.sagelocal.SystemTimeline;
import io.sagelocal.docker.DockerContainerEngine;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "s3",
    description = "Looks after the objects.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class S3Command implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--output",
      scope = CommandLine.ScopeType.INHERIT,
      paramLabel = "text|json",
      description = "text; json for programs")
  private OutputFormat output = OutputFormat.TEXT;

  S3Command(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    CommandLine.usage(this, console.out());
    return ExitCode.USAGE;
  }

  @Keep // a subcommand
  @Command(
      name = "copy",
      description =
          "Copies objects from one store to another while no sagelocal runs on them; what is there"
              + " already is left out. Metadata, content type and tags go along; older versions do not.",
      mixinStandardHelpOptions = true)
  int copy(
      @Option(
              names = "--from",
              required = true,
              paramLabel = "STORE",
              description = "embedded, minio or a URL, as --s3 of start")
          String from,
      @Option(names = "--to", required = true, paramLabel = "STORE", description = "likewise")
          String to,
      @Parameters(index = "0", paramLabel = "s3://BUCKET/PREFIX", description = "what to copy")
          String source,
      @Parameters(
              index = "1",
              arity = "0..1",
              paramLabel = "s3://BUCKET/PREFIX",
              description = "where to; the same place")
          @Nullable String target,
      @Mixin SettingsFlags flags)
      throws IOException {
    Settings settings = flags.settings(console);
    try (DockerContainerEngine engine = new DockerContainerEngine(console.environment());
        SystemTimeline timeline = new SystemTimeline()) {
      StoreCopy copy =
          new StoreCopy(settings.dataFolder(), console.environment(), engine, timeline);
      S3Uri place = S3Uri.parse(source);
      long written =
          copy.copy(from, to, place, target == null ? place : S3Uri.parse(target), this::tell);
      output.told(console.out(), Map.of("written", written), written + " written.");
    }
    return ExitCode.OK;
  }

  private void tell(S3Uri object) {
    if (output == OutputFormat.TEXT) {
      console.out().println(object);
    }
  }
}
