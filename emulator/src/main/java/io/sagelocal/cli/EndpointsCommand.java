package io.sagelocal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

@Command(name = "endpoints", description = "Lists endpoints.", mixinStandardHelpOptions = true)
final class EndpointsCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("Name", "Status", "CreationTime", "LastModifiedTime");

  private final Console console;
  @Mixin private final ClientFlags flags = new ClientFlags();

  EndpointsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode endpoint : flags.client(console).list("ListEndpoints", "Endpoints")) {
      rows.add(
          List.of(
              endpoint.path("EndpointName").asText(),
              endpoint.path("EndpointStatus").asText(),
              Times.text(endpoint.path("CreationTime")),
              Times.text(endpoint.path("LastModifiedTime"))));
    }
    flags.output().rows(console.out(), COLUMNS, rows);
    return ExitCode.OK;
  }
}
