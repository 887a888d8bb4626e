package io.sagelocal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose note {@code server.json} is. */
class RunningServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final URI ENDPOINT = URI.create("http://127.0.0.1:4321");

  @TempDir Path folder;

  @Test
  void theNoteOfARunningProcessIsRead() throws IOException {
    RunningServer written = RunningServer.write(folder, ENDPOINT);
    assertThat(written.started()).isPresent();
    assertThat(RunningServer.read(folder)).contains(written);
    written.delete();
    assertThat(RunningServer.read(folder)).isEmpty();
  }

  @Test
  void anotherJavaProcessThatGotItsNumberIsNotTheServer() throws Exception {
    RunningServer.write(folder, ENDPOINT);
    Process other =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-m",
                "jdk.httpserver",
                "-b",
                "127.0.0.1",
                "-p",
                "0",
                "-d",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      change(note -> note.put("pid", other.pid()));
      RunningServer noted =
          new RunningServer(
              folder.resolve("server.json"),
              other.pid(),
              ProcessStart.of(ProcessHandle.current()),
              ENDPOINT);
      assertThat(RunningServer.read(folder)).isEmpty();
      noted.stop();
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroy();
      other.waitFor();
    }
  }

  @Test
  void aNoteThatKnowsNoStartIsBelieved() throws IOException {
    RunningServer.write(folder, ENDPOINT);
    change(note -> note.remove("started"));
    assertThat(RunningServer.read(folder)).map(RunningServer::endpoint).contains(ENDPOINT);
  }

  private void change(Consumer<ObjectNode> change) throws IOException {
    Path file = folder.resolve("server.json");
    ObjectNode note = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(note);
    Files.write(file, JSON.writeValueAsBytes(note));
  }
}
