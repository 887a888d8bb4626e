package io.sagelocal;

import io.sagelocal.cli.Console;
import io.sagelocal.cli.Sagelocal;

/** Where the program begins. */
public final class Main {
  private static final String LOCALES = "java.locale.providers";

  private Main() {}

  public static void main(String[] args) {
    // Jetty and Jackson ask for every locale there is. To make them takes a third of the start's
    // processor time and 30 MB, and nothing here is said in any but the root's.
    if (System.getProperty(LOCALES) == null) {
      System.setProperty(LOCALES, "SPI");
    }
    System.exit(Sagelocal.run(new Console(System.out, System.err, System.getenv()), args));
  }
}
