package io.sagelocal;

import io.sagelocal.cli.Console;
import io.sagelocal.cli.Sagelocal;

/** Where the program begins. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(Sagelocal.run(new Console(System.out, System.err, System.getenv()), args));
  }
}
