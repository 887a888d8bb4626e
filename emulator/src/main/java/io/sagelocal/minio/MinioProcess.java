package io.sagelocal.minio;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** MinIO as a process of its own. */
final class MinioProcess implements MinioServer {
  private static final Logger log = LoggerFactory.getLogger(MinioProcess.class);
  private static final int LINES_TOLD = 5;
  private static final int STOP_SECONDS = 10;

  private final Process process;
  private final Path note;
  private final URI address;
  private final URI console;
  private final MinioKeys keys;

  private MinioProcess(Process process, Path note, URI address, URI console, MinioKeys keys) {
    this.process = process;
    this.note = note;
    this.address = address;
    this.console = console;
    this.keys = keys;
  }

  static MinioProcess start(Path program, Path folder, MinioKeys keys) throws IOException {
    Path note = folder.resolve("pid");
    stopLeftBehind(note, program);
    Path output = folder.resolve("minio.log");
    URI address = freeAddress();
    URI console = freeAddress();
    ProcessBuilder builder =
        new ProcessBuilder(
                program.toString(),
                "server",
                Files.createDirectories(folder.resolve("data")).toString(),
                "--address",
                address.getAuthority(),
                "--console-address",
                console.getAuthority())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("MINIO_ROOT_USER", keys.user());
    builder.environment().put("MINIO_ROOT_PASSWORD", keys.password());
    builder.environment().put("MINIO_UPDATE", "off");
    MinioProcess minio = new MinioProcess(builder.start(), note, address, console, keys);
    Files.writeString(note, String.valueOf(minio.process.pid()));
    try {
      minio.awaitReady(output);
      return minio;
    } catch (IOException | RuntimeException e) {
      minio.close();
      throw e;
    }
  }

  /** One that a killed emulator left would keep the folder. */
  private static void stopLeftBehind(Path note, Path program) throws IOException {
    if (!Files.exists(note)) {
      return;
    }
    Optional<ProcessHandle> left =
        ProcessHandle.of(Long.parseLong(Files.readString(note).trim()))
            .filter(
                handle -> handle.info().command().filter(program.toString()::equals).isPresent());
    if (left.isPresent()) {
      log.info("MinIO process {} of an earlier run is stopped", left.get().pid());
      left.get().destroyForcibly();
      left.get().onExit().join();
    }
    Files.delete(note);
  }

  private static URI freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
  }

  private void awaitReady(Path output) throws IOException {
    Readiness.await(
        address,
        wait -> {
          if (process.waitFor(wait.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException(
                "MinIO ended with exit code %d: %s"
                    .formatted(process.exitValue(), lastLines(output)));
          }
        });
  }

  private static String lastLines(Path output) throws IOException {
    List<String> lines = Files.readAllLines(output);
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
  }

  @Override
  public URI address() {
    return address;
  }

  @Override
  public URI console() {
    return console;
  }

  @Override
  public MinioKeys keys() {
    return keys;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(note);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("{} could not be deleted: {}", note, e.getMessage());
    }
  }

  /** Waiting until a server answers. */
  static final class Readiness {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofMillis(50);
    private static final int PATIENCE_MILLIS = 2_000;

    private Readiness() {}

    /** Waits a little, or throws when there is nothing to wait for. */
    interface Pause {
      void take(Duration wait) throws IOException, InterruptedException;
    }

    static void await(URI server, Pause pause) throws IOException {
      try {
        for (long left = LIMIT.dividedBy(STEP); left > 0; left--) {
          if (answers(server)) {
            return;
          }
          pause.take(STEP);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while MinIO started", e);
      }
      throw new IOException(
          "MinIO does not answer at %s within %d seconds".formatted(server, LIMIT.toSeconds()));
    }

    private static boolean answers(URI server) {
      try {
        HttpURLConnection http =
            (HttpURLConnection) server.resolve("/minio/health/live").toURL().openConnection();
        http.setConnectTimeout(PATIENCE_MILLIS);
        http.setReadTimeout(PATIENCE_MILLIS);
        return http.getResponseCode() == HttpURLConnection.HTTP_OK;
      } catch (IOException e) {
        return false; // not yet
      }
    }
  }
}
