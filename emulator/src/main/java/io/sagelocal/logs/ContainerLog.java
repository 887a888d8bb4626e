package io.sagelocal.logs;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.LogSink;

/** Carries what a container writes into a log stream. */
public final class ContainerLog {
  private ContainerLog() {}

  /**
   * Follows the container until it ends. The engine gives the same lines in the same order each
   * time, so those that the stream holds already, from before a restart, are passed over.
   */
  public static void follow(ContainerEngine engine, ContainerId container, LogStream stream)
      throws InterruptedException {
    follow(engine, container, stream, (at, text) -> {});
  }

  /**
   * Follows the container until it ends.
   *
   * @param each gets every line, also those that the stream holds already
   */
  public static void follow(
      ContainerEngine engine, ContainerId container, LogStream stream, LogSink each)
      throws InterruptedException {
    long stored = stream.count();
    long[] seen = {0};
    try (LogStream.Writer writer = stream.writer()) {
      engine.readLog(
          container,
          (at, text) -> {
            if (seen[0] >= stored) {
              writer.append(at, text);
            }
            each.line(at, text);
            seen[0]++;
          });
    }
  }
}
