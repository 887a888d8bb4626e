package io.sagelocal.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "invoke",
    description = "Sends a request to an endpoint and prints its answer.",
    mixinStandardHelpOptions = true)
final class InvokeCommand implements Callable<Integer> {
  private static final int OK = 200;

  private final Console console;
  @Mixin private final ClientFlags flags = new ClientFlags();

  @Parameters(index = "0", paramLabel = "ENDPOINT", description = "its name")
  private String endpoint = "";

  @ArgGroup private final Body body = new Body();

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      defaultValue = "application/json",
      description = "application/json")
  private String contentType = "";

  @Option(
      names = "--accept",
      paramLabel = "TYPE",
      defaultValue = "application/json",
      description = "application/json")
  private String accept = "";

  /** Where the request comes from; standard input when nothing is said. */
  static final class Body {
    @Option(names = "--data", paramLabel = "TEXT", description = "the request")
    private @Nullable String text;

    @Option(names = "--file", paramLabel = "FILE", description = "a file that holds the request")
    private @Nullable Path file;

    BodyPublisher publisher() throws IOException {
      if (text != null) {
        return BodyPublishers.ofString(text);
      }
      return file == null
          ? BodyPublishers.ofInputStream(() -> System.in)
          : BodyPublishers.ofFile(file);
    }
  }

  InvokeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        flags.client(console).invoke(endpoint, body.publisher(), contentType, accept);
    try (InputStream bytes = answer.body()) {
      if (answer.statusCode() != OK) {
        throw new IOException(
            "%d %s"
                .formatted(
                    answer.statusCode(), new String(bytes.readAllBytes(), StandardCharsets.UTF_8)));
      }
      bytes.transferTo(console.out());
      console.out().println();
    }
    return ExitCode.OK;
  }
}
