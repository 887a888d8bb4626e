package io.sagelocal.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Frame;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.LogSink;
import java.time.Duration;

/** Follows the log of one container to its end, across a daemon that goes away meanwhile. */
final class LogReading {
  private static final Duration DAEMON_MAY_BE_AWAY = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final Daemon daemon;
  private final Containers containers;
  private final ContainerId id;
  private final LogLines lines;

  LogReading(Daemon daemon, Containers containers, ContainerId id, LogSink sink) {
    this.daemon = daemon;
    this.containers = containers;
    this.id = id;
    this.lines = new LogLines(sink);
  }

  void read() throws InterruptedException {
    Patience patience = new Patience(DAEMON_MAY_BE_AWAY, PAUSE);
    while (true) {
      boolean waitsForDaemon = false;
      try {
        follow();
        if (!containers.runs(id)) {
          lines.end();
          return;
        }
      } catch (NotFoundException e) {
        lines.end();
        return; // removed meanwhile
      } catch (EngineUnavailableException e) {
        waitsForDaemon = true;
        if (!patience.waits()) {
          throw e;
        }
      } catch (DockerException e) {
        throw Reasons.refused("reading the log of " + id.name(), e);
      }
      if (!waitsForDaemon) {
        patience = new Patience(DAEMON_MAY_BE_AWAY, PAUSE);
      }
      lines.rewind();
    }
  }

  private void follow() throws InterruptedException {
    daemon.stream(
        client ->
            client
                .logContainerCmd(id.id())
                .withStdOut(true)
                .withStdErr(true)
                .withTimestamps(true)
                .withFollowStream(true),
        new Answer<Frame>() {
          @Override
          void take(Frame frame) {
            lines.frame(frame.getStreamType(), frame.getPayload());
          }
        });
  }
}
