package io.sagelocal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "describe",
    description = "Shows what the API tells of a job, endpoint, endpoint configuration or model.",
    mixinStandardHelpOptions = true)
final class DescribeCommand implements Callable<Integer> {
  private final Console console;
  @Mixin private final ClientFlags flags = new ClientFlags();

  @Parameters(index = "0", paramLabel = "NAME", description = "its name")
  private String name = "";

  DescribeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Client client = flags.client(console);
    for (String kind :
        new String[] {"TrainingJob", "Endpoint", "TransformJob", "EndpointConfig", "Model"}) {
      try {
        JsonNode found = client.sagemaker("Describe" + kind, Map.of(kind + "Name", name));
        flags.output().document(console.out(), found);
        return ExitCode.OK;
      } catch (Client.Refused e) {
        if (!e.isNotFound()) {
          throw e;
        }
      }
    }
    throw new IOException(
        "there is no job, endpoint, endpoint configuration or model named \"%s\" in this account"
                .formatted(name)
            + " and region");
  }
}
