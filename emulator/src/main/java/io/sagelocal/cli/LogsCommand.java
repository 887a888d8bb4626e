package io.sagelocal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "logs",
    description = "Prints the log of a job or of an endpoint.",
    mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
  private static final int MILLIS_BETWEEN_LOOKS = 300;
  private static final Set<String> ENDED = Set.of("Completed", "Failed", "Stopped");

  private final Console console;
  @Mixin private final ClientFlags flags = new ClientFlags();

  @Option(
      names = {"-f", "--follow"},
      description = "goes on until the job has ended, or ctrl-C")
  private boolean follow;

  @Parameters(index = "0", paramLabel = "NAME", description = "the job's or the endpoint's name")
  private String name = "";

  /** Where to read on, by stream. */
  private final Map<String, String> positions = new LinkedHashMap<>();

  LogsCommand(Console console) {
    this.console = console;
  }

  /** Something that has a log. */
  private enum Kind {
    TRAINING("TrainingJob", "/aws/sagemaker/TrainingJobs"),
    TRANSFORM("TransformJob", "/aws/sagemaker/TransformJobs"),
    ENDPOINT("Endpoint", "/aws/sagemaker/Endpoints/");

    private final String word;
    private final String group;

    Kind(String word, String group) {
      this.word = word;
      this.group = group;
    }

    String group(String name) {
      return this == ENDPOINT ? group + name : group;
    }

    String prefix(String name) {
      return this == ENDPOINT ? "" : name + "/";
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Client client = flags.client(console);
    Kind kind = kind(client);
    boolean ended;
    do {
      ended = !follow || ended(client, kind); // asked before the last look, which then sees it all
      print(client, kind);
    } while (!ended && !new CountDownLatch(1).await(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS));
    return ExitCode.OK;
  }

  private Kind kind(Client client) throws IOException, InterruptedException {
    for (Kind kind : Kind.values()) {
      try {
        status(client, kind);
        return kind;
      } catch (Client.Refused e) {
        if (!e.isNotFound()) {
          throw e;
        }
      }
    }
    throw new IOException("there is no job or endpoint named \"%s\"".formatted(name));
  }

  private boolean ended(Client client, Kind kind) throws IOException, InterruptedException {
    return ENDED.contains(status(client, kind));
  }

  private String status(Client client, Kind kind) throws IOException, InterruptedException {
    return client
        .sagemaker("Describe" + kind.word, Map.of(kind.word + "Name", name))
        .path(kind.word + "Status")
        .asText();
  }

  private void print(Client client, Kind kind) throws IOException, InterruptedException {
    String group = kind.group(name);
    List<String> streams = streams(client, group, kind.prefix(name));
    for (String stream : streams) {
      String label = streams.size() > 1 ? label(stream) + " | " : "";
      boolean more = true;
      while (more) {
        more = printPage(client, group, stream, label);
      }
    }
  }

  private boolean printPage(Client client, String group, String stream, String label)
      throws IOException, InterruptedException {
    Map<String, Object> request =
        new LinkedHashMap<>(
            Map.of("logGroupName", group, "logStreamName", stream, "startFromHead", true));
    if (positions.containsKey(stream)) {
      request.put("nextToken", positions.get(stream));
    }
    JsonNode page = client.logs("GetLogEvents", request);
    for (JsonNode event : page.path("events")) {
      switch (flags.output()) {
        case TEXT -> console.out().println(label + event.path("message").asText());
        case JSON -> console.out().println(event);
      }
    }
    positions.put(stream, page.path("nextForwardToken").asText());
    return !page.path("events").isEmpty();
  }

  /** A group comes into being with its first line. */
  private static List<String> streams(Client client, String group, String prefix)
      throws IOException, InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>(Map.of("logGroupName", group));
    if (!prefix.isEmpty()) {
      request.put("logStreamNamePrefix", prefix);
    }
    List<String> names = new ArrayList<>();
    try {
      boolean more = true;
      while (more) {
        JsonNode page = client.logs("DescribeLogStreams", request);
        page.path("logStreams").forEach(stream -> names.add(stream.path("logStreamName").asText()));
        more = page.hasNonNull("nextToken");
        request.put("nextToken", page.path("nextToken").asText());
      }
    } catch (Client.Refused e) {
      if (!e.isNotFound()) {
        throw e;
      }
    }
    return names;
  }

  /** {@code job/algo-1-1700000000000} is {@code algo-1}. */
  private static String label(String stream) {
    return stream.substring(stream.indexOf('/') + 1).replaceFirst("-[0-9]{10,}$", "");
  }
}
