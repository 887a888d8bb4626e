package io.sagelocal.fakes3;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The store alone, as a program. */
@Command(
    name = "fake-s3",
    description = "An S3 server on 127.0.0.1 that keeps its objects in a folder; until ctrl-C.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "N",
      description = "4566; 0 for any free one",
      defaultValue = "4566")
  private int port;

  @Option(names = "--data-dir", paramLabel = "DIR", description = "~/.fake-s3; everything it keeps")
  private @Nullable Path folder;

  private Main() {}

  public static void main(String[] args) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    int code =
        new CommandLine(new Main())
            .setExecutionExceptionHandler((e, line, result) -> {
              line.getErr().println("fake-s3: " + e.getMessage());
              return ExitCode.SOFTWARE;
            })
            .execute(args);
    System.exit(code);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path data = folder == null ? Path.of(System.getProperty("user.home"), ".fake-s3") : folder;
    FakeS3 server = FakeS3.open(data, port);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server), "shut-down"));
    System.out.println("Listening on " + server.address());
    System.out.println("Ready.");
    new CountDownLatch(1).await(); // until a signal runs the hook
    return ExitCode.OK;
  }

  private static void close(FakeS3 server) {
    try {
      server.close();
    } catch (IOException e) {
      System.err.println("fake-s3: " + e.getMessage());
    }
  }
}
