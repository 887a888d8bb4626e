package io.sagelocal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "jobs",
    description = "Lists training and transform jobs, the newest first.",
    mixinStandardHelpOptions = true)
final class JobsCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("Name", "Kind", "Status", "CreationTime", "LastModifiedTime");

  private final Console console;
  @Mixin private final ClientFlags flags = new ClientFlags();

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "only these: InProgress, Completed, Failed, Stopping or Stopped")
  private @Nullable String status;

  JobsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Client client = flags.client(console);
    List<List<String>> rows = new ArrayList<>();
    for (String kind : List.of("Training", "Transform")) {
      for (JsonNode job : client.list("List" + kind + "Jobs", kind + "JobSummaries")) {
        String now = job.path(kind + "JobStatus").asText();
        if (status == null || status.equalsIgnoreCase(now)) {
          rows.add(
              List.of(
                  job.path(kind + "JobName").asText(),
                  kind,
                  now,
                  Times.text(job.path("CreationTime")),
                  Times.text(job.path("LastModifiedTime"))));
        }
      }
    }
    rows.sort((one, other) -> other.get(3).compareTo(one.get(3)));
    flags.output().rows(console.out(), COLUMNS, rows);
    return ExitCode.OK;
  }
}
