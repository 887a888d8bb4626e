package io.sagelocal.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a daemon may be, as Docker's own client would look. */
final class DaemonAddresses {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DEFAULT = "unix:///var/run/docker.sock";

  private final Map<String, String> environment;

  DaemonAddresses(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** DOCKER_HOST alone when it is set; else the chosen context, then the sockets that are there. */
  List<String> all() {
    Optional<String> host = variable("DOCKER_HOST");
    if (host.isPresent()) {
      return List.of(host.get());
    }
    Set<String> addresses = new LinkedHashSet<>();
    context().ifPresent(addresses::add);
    Stream.of(
            Optional.of(Path.of("/var/run/docker.sock")),
            Optional.of(home().resolve(".docker/run/docker.sock")),
            variable("XDG_RUNTIME_DIR").map(folder -> Path.of(folder, "docker.sock")))
        .flatMap(Optional::stream)
        .filter(Files::exists)
        .forEach(socket -> addresses.add("unix://" + socket));
    return addresses.isEmpty() ? List.of(DEFAULT) : List.copyOf(addresses);
  }

  /** The folder with config.json, where logins to registries are. */
  Path configuration() {
    return variable("DOCKER_CONFIG").map(Path::of).orElse(home().resolve(".docker"));
  }

  /**
   * The address of the context that {@code docker context use} chose: Colima, OrbStack and such.
   */
  private Optional<String> context() {
    return variable("DOCKER_CONTEXT")
        .or(() -> text(read(configuration().resolve("config.json")).path("currentContext")))
        .filter(name -> !name.equals("default"))
        .map(name -> configuration().resolve("contexts/meta").resolve(sha256(name)))
        .flatMap(folder ->
            text(read(folder.resolve("meta.json")).path("Endpoints").path("docker").path("Host")));
  }

  private Path home() {
    return Path.of(variable("HOME").orElse("/"));
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private static Optional<String> text(JsonNode node) {
    return Optional.ofNullable((@Nullable String) node.textValue()).filter(text -> !text.isBlank());
  }

  /** A file that is not there, or not JSON, says nothing. */
  private static JsonNode read(Path file) {
    try {
      return Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.createObjectNode();
    } catch (IOException e) {
      return JSON.createObjectNode();
    }
  }

  private static String sha256(String name) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(name.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
