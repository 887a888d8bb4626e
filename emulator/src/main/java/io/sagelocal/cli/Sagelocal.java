package io.sagelocal.cli;

import io.sagelocal.Settings;
import io.sagelocal.Version;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.engine.EngineException;
import io.sagelocal.objects.ObjectStoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line as a whole: which commands there are, and how each one ends. */
@Command(
    name = "sagelocal",
    description = "A local SageMaker for MXNet.",
    mixinStandardHelpOptions = true,
    versionProvider = Sagelocal.OfTheJar.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:it could not be done; one line on standard error says why",
      "2:the command line is wrong"
    })
public final class Sagelocal implements Callable<Integer> {
  private final Console console;

  private Sagelocal(Console console) {
    this.console = console;
  }

  /** Runs one command line to its end and answers the exit code. */
  public static int run(Console console, String... args) {
    Optional<Map<String, String>> plainStart = PlainStart.flags(args);
    if (plainStart.isEmpty()) {
      return commandLine(console, args).execute(args);
    }
    try {
      new Foreground(console, OutputFormat.TEXT)
          .run(Settings.from(plainStart.get(), console.environment()));
      return ExitCode.OK;
    } catch (Exception e) { // told as picocli's commands have it told
      return failure(console, e);
    }
  }

  /**
   * Only the command that is named is looked into, for a start should not wait for the options of
   * all the others.
   */
  static CommandLine commandLine(Console console, String... args) {
    Map<String, Supplier<Object>> commands = commands(console);
    CommandLine line = new CommandLine(new Sagelocal(console));
    if (args.length > 0 && commands.containsKey(args[0])) {
      commands.keySet().removeIf(name -> !name.equals(args[0]));
    }
    commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    return line.setOut(writer(console.out()))
        .setErr(writer(console.err()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Sagelocal::wrongUse)
        .setExecutionExceptionHandler((e, command, result) -> failure(console, e));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  private static Map<String, Supplier<Object>> commands(Console console) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("start", () -> new StartCommand(console));
    commands.put("stop", () -> new StopCommand(console));
    commands.put("env", () -> new EnvCommand(console));
    commands.put("images", () -> new ImagesCommand(console));
    commands.put("doctor", () -> new DoctorCommand(console));
    commands.put("jobs", () -> new JobsCommand(console));
    commands.put("endpoints", () -> new EndpointsCommand(console));
    commands.put("describe", () -> new DescribeCommand(console));
    commands.put("logs", () -> new LogsCommand(console));
    commands.put("invoke", () -> new InvokeCommand(console));
    commands.put("s3", () -> new S3Command(console));
    commands.put("clean", () -> new CleanCommand(console));
    commands.put("completion", () -> new CompletionCommand(console, () -> commandLine(console)));
    commands.put("shell", () -> new ShellCommand(console));
    commands.put("rerun", () -> new RerunCommand(console));
    return commands;
  }

  /** Without a command there is only help to give. */
  @Override
  public Integer call() {
    CommandLine.usage(commandLine(console), console.out());
    return ExitCode.USAGE;
  }

  private static int wrongUse(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("sagelocal: " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See sagelocal --help");
    return ExitCode.USAGE;
  }

  /** What a user can mend is one line; what is our mistake shows where it lies. */
  private static int failure(Console console, Exception e) {
    switch (e) {
      case IllegalArgumentException known -> tell(console, known);
      case IllegalStateException known -> tell(console, known);
      case IOException known -> tell(console, known);
      case UncheckedIOException known -> tell(console, known);
      case EngineException known -> tell(console, known);
      case ObjectStoreException known -> tell(console, known);
      case ServiceError known -> tell(console, known);
      case InterruptedException interrupted -> Thread.currentThread().interrupt();
      default -> e.printStackTrace(console.err());
    }
    return ExitCode.SOFTWARE;
  }

  private static void tell(Console console, Exception e) {
    console.err().println("sagelocal: " + e.getMessage());
  }

  /** The release, as the jar says. */
  static final class OfTheJar implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"sagelocal " + Version.OF_THIS};
    }
  }
}
