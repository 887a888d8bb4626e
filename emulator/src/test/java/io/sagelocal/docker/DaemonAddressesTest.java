package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonAddressesTest {
  /** SHA-256 of "colima", which Docker names the context's folder by. */
  private static final String COLIMA =
      "f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16";

  @TempDir Path home;

  @Test
  void dockerHostIsTheOnlyOneWhenSet() throws IOException {
    chooseColima();
    assertThat(addresses(Map.of("DOCKER_HOST", "tcp://build:2375")).all())
        .containsExactly("tcp://build:2375");
  }

  @Test
  void theChosenContextComesFirst() throws IOException {
    chooseColima();
    assertThat(addresses(Map.of()).all()).first().isEqualTo("unix:///home/me/.colima/docker.sock");
  }

  @Test
  void theSocketsThatAreThereAreTried() throws IOException {
    Path desktop =
        Files.createFile(
            Files.createDirectories(home.resolve(".docker/run")).resolve("docker.sock"));
    Path rootless =
        Files.createFile(Files.createDirectories(home.resolve("run")).resolve("docker.sock"));
    assertThat(addresses(Map.of("XDG_RUNTIME_DIR", home.resolve("run").toString())).all())
        .endsWith("unix://" + desktop, "unix://" + rootless);
  }

  @Test
  void aBrokenConfigurationSaysNothing() throws IOException {
    Files.writeString(
        Files.createDirectories(home.resolve(".docker")).resolve("config.json"), "{\"auths\": ");
    assertThat(addresses(Map.of()).all()).containsExactly("unix:///var/run/docker.sock");
  }

  private DaemonAddresses addresses(Map<String, String> more) {
    Map<String, String> environment = new java.util.HashMap<>(more);
    environment.put("HOME", home.toString());
    return new DaemonAddresses(environment);
  }

  private void chooseColima() throws IOException {
    Path folder = Files.createDirectories(home.resolve(".docker/contexts/meta").resolve(COLIMA));
    Files.writeString(home.resolve(".docker/config.json"), "{\"currentContext\": \"colima\"}");
    Files.writeString(
        folder.resolve("meta.json"),
        """
        {"Name": "colima", "Endpoints": {"docker": {"Host": "unix:///home/me/.colima/docker.sock"}}}
        """);
  }
}
