package io.sagelocal.cli;

import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

@Command(
    name = "completion",
    description = {
      "Prints a script that completes commands and options with the tab key.",
      "bash: source <(sagelocal completion bash)    zsh: source <(sagelocal completion zsh)"
    },
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  /** The shells there is completion for. */
  enum Shell {
    BASH,
    ZSH
  }

  private final Console console;
  private final Supplier<CommandLine> whole;

  @Parameters(index = "0", paramLabel = "bash|zsh", description = "the shell")
  private Shell shell = Shell.BASH;

  /**
   * @param whole the command line with every command
   */
  CompletionCommand(Console console, Supplier<CommandLine> whole) {
    this.console = console;
    this.whole = whole;
  }

  @Override
  public Integer call() {
    if (shell == Shell.ZSH) {
      console.out().println("autoload -Uz compinit bashcompinit && compinit && bashcompinit");
    }
    console.out().println(AutoComplete.bash("sagelocal", whole.get()));
    return ExitCode.OK;
  }
}
