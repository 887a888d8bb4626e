package io.sagelocal.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.AsyncDockerCmd;
import com.github.dockerjava.api.command.LogContainerCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Frame;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.LogSink;
import java.util.function.Function;

/** Follows the log of one container to its end, across a daemon that goes away meanwhile. */
final class LogReading {
  private static final int TRIES_AFTER_ITS_END = 10;

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
    try {
      readOn();
    } catch (NotFoundException e) {
      lines.end(); // removed meanwhile
    } catch (DockerException e) {
      throw Reasons.refused("reading the log of " + id.name(), e);
    }
  }

  private void readOn() throws InterruptedException {
    int triesAfterItsEnd = 0;
    while (true) {
      boolean whole = follow();
      boolean runs = Patience.withDaemon(() -> containers.runs(id));
      if (whole && !runs) {
        lines.end();
        return;
      }
      if (!runs && ++triesAfterItsEnd > TRIES_AFTER_ITS_END) {
        throw new EngineUnavailableException(
            "Docker breaks off the log of %s each time".formatted(id.name()));
      }
      Patience.pause();
      lines.rewind();
    }
  }

  /** Answers false when the connection was lost meanwhile. */
  private boolean follow() throws InterruptedException {
    try {
      daemon.stream(LogReading.request(id), new Frames());
      return true;
    } catch (EngineUnavailableException e) {
      return false;
    }
  }

  private static Function<DockerClient, AsyncDockerCmd<LogContainerCmd, Frame>> request(
      ContainerId id) {
    return client ->
        client
            .logContainerCmd(id.id())
            .withStdOut(true)
            .withStdErr(true)
            .withTimestamps(true)
            .withFollowStream(true);
  }

  private final class Frames extends Answer<Frame> {
    @Override
    void take(Frame frame) {
      lines.frame(frame.getStreamType(), frame.getPayload());
    }
  }
}
