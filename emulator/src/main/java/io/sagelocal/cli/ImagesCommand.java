package io.sagelocal.cli;

import io.sagelocal.docker.DockerContainerEngine;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.images.StandIn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
    name = "images",
    description = {
      "Prints which image built here stands in for which official MXNet image, and whether it is built.",
      "An asterisk is cpu or gpu. Official names begin with the account and region that SDKs put there, of any"
          + " region; a version such as 1.2 means its newest patch release.",
      "Images are built with: scripts/sagelocal images build [RELEASE]..."
    },
    mixinStandardHelpOptions = true)
final class ImagesCommand implements Callable<Integer> {
  private static final List<String> COLUMNS = List.of("Official", "Here", "Built");

  private final Console console;

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  ImagesCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (DockerContainerEngine engine = new DockerContainerEngine(console.environment())) {
      output.rows(console.out(), COLUMNS, rows(engine::hasImage));
    } catch (EngineUnavailableException e) {
      output.rows(console.out(), COLUMNS, rows(image -> false));
      console.err().println("sagelocal: what is built is not known: " + e.getMessage());
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }

  static List<List<String>> rows(Predicate<String> isBuilt) {
    List<List<String>> rows = new ArrayList<>();
    for (StandIn standIn : StandIn.TABLE) {
      String built =
          Stream.of("cpu", "gpu")
              .filter(processor -> isBuilt.test(standIn.image(processor)))
              .collect(Collectors.joining(" "));
      for (String official : standIn.officialTags()) {
        rows.add(List.of(official, standIn.image("*"), built.isEmpty() ? "-" : built));
      }
    }
    return rows;
  }
}
