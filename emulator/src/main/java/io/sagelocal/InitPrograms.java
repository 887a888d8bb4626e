package io.sagelocal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the programs that a user laid down for the moment when everything answers. */
public final class InitPrograms {
  private InitPrograms() {}

  /**
   * Runs them one after the other; what they print is seen.
   *
   * @param environment on top of this process's
   * @throws IOException when one cannot be run or ends with another code than 0, naming it
   */
  public static void run(List<Path> programs, Map<String, String> environment)
      throws IOException, InterruptedException {
    for (Path program : programs) {
      String interpreter = program.toString().endsWith(".py") ? "python3" : "sh";
      ProcessBuilder builder =
          new ProcessBuilder(interpreter, program.toAbsolutePath().toString()).inheritIO();
      builder.environment().putAll(environment);
      int code = builder.start().waitFor();
      if (code != 0) {
        throw new IOException("init program %s ended with exit code %d".formatted(program, code));
      }
    }
  }
}
