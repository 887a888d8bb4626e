package io.sagelocal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The note {@code server.json} that a running emulator keeps in its data folder. */
record RunningServer(Path file, long pid, Optional<String> started, URI endpoint) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STOP_SECONDS = 60;

  /** Leaves the note of this process. */
  static RunningServer write(Path dataFolder, URI endpoint) throws IOException {
    ProcessHandle process = ProcessHandle.current();
    RunningServer running =
        new RunningServer(file(dataFolder), process.pid(), ProcessStart.of(process), endpoint);
    ObjectNode note =
        JSON.createObjectNode()
            .put("pid", running.pid())
            .put("port", endpoint.getPort())
            .put("endpoint", endpoint.toString());
    running.started().ifPresent(started -> note.put("started", started));
    Files.write(running.file(), JSON.writeValueAsBytes(note));
    return running;
  }

  /** Reads the note; empty when there is none, or its process is gone. */
  static Optional<RunningServer> read(Path dataFolder) throws IOException {
    Path file = file(dataFolder);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode json = JSON.readTree(Files.readAllBytes(file));
    RunningServer noted =
        new RunningServer(
            file,
            json.path("pid").asLong(),
            Optional.ofNullable(json.path("started").textValue()),
            URI.create(json.path("endpoint").asText()));
    return noted.process().isPresent() ? Optional.of(noted) : Optional.empty();
  }

  /** Asks the process to end, and waits until it has. */
  void stop() throws InterruptedException {
    ProcessHandle process = process().orElse(null);
    if (process == null) {
      return;
    }
    if (!process.destroy()) {
      throw new IllegalStateException("process " + pid + " cannot be told to stop");
    }
    try {
      process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "process %d has not stopped within %d seconds".formatted(pid, STOP_SECONDS), e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The process, if it still is the one that left the note: numbers of ended processes are given
   * again, to other Java processes too. A note that knows no start is believed of any of those.
   */
  private Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(process -> started.isEmpty() || started.equals(ProcessStart.of(process)))
        .filter(
            process -> process.info().command().map(path -> path.contains("java")).orElse(true));
  }

  private static Path file(Path dataFolder) {
    return dataFolder.resolve("server.json");
  }
}
