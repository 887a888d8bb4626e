package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Network;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.HostAccess;
import io.sagelocal.engine.Limits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AbilitiesTest {
  private static final String SOCKET = "unix:///var/run/docker.sock";
  private static final String LINUX = "{\"OSType\":\"linux\",\"ServerVersion\":\"20.10.24+dfsg1\"}";
  private static final String BRIDGE =
      "{\"IPAM\":{\"Config\":[{\"Subnet\":\"172.17.0.0/16\",\"Gateway\":\"172.17.0.1\"}]}}";
  private static final String BRIDGE_WITHOUT_GATEWAY =
      "{\"IPAM\":{\"Config\":[{\"Subnet\":\"fd00::/80\"},{\"Subnet\":\"172.17.0.0/16\"}]}}";
  private static final HostAccess BEHIND_A_MACHINE =
      new HostAccess("host.docker.internal", Optional.empty());

  @Test
  void onLinuxContainersReachThisMachineAtTheBridge() throws UnknownHostException {
    for (String bridge : List.of(BRIDGE, BRIDGE_WITHOUT_GATEWAY)) {
      Abilities abilities = abilities(SOCKET, LINUX, bridge, "127.0.0.1", "172.17.0.1");
      assertThat(abilities.sharesNetwork()).isTrue();
      assertThat(abilities.access())
          .isEqualTo(
              new HostAccess("172.17.0.1", Optional.of(InetAddress.getByName("172.17.0.1"))));
    }
  }

  @Test
  void anEmulatorInAContainerIsReachedAtItsOwnAddressOnTheBridge() {
    Abilities abilities = abilities(SOCKET, LINUX, BRIDGE, "127.0.0.1", "172.17.0.9");
    assertThat(abilities.sharesNetwork()).isTrue();
    assertThat(abilities.access().host()).isEqualTo("172.17.0.9");
  }

  @Test
  void aDaemonInAVirtualMachineSharesNoNetwork() {
    String desktop = "{\"OSType\":\"linux\",\"OperatingSystem\":\"Docker Desktop\"}";
    String rootless = "{\"OSType\":\"linux\",\"SecurityOptions\":[\"name=rootless\"]}";
    for (Abilities abilities :
        List.of(
            abilities(SOCKET, desktop, BRIDGE, "172.17.0.1"),
            abilities(SOCKET, rootless, BRIDGE, "172.17.0.1"),
            abilities("tcp://build:2375", LINUX, BRIDGE, "172.17.0.1"),
            abilities("unix:///home/me/.colima/docker.sock", LINUX, BRIDGE, "192.168.1.5"))) {
      assertThat(abilities.sharesNetwork()).isFalse();
      assertThat(abilities.access()).isEqualTo(BEHIND_A_MACHINE);
    }
  }

  @Test
  void windowsContainersAreRefused() {
    assertThatThrownBy(() -> abilities(SOCKET, "{\"OSType\":\"windows\"}", BRIDGE))
        .hasMessageContaining("Linux containers");
  }

  @Test
  void selinuxIsSeen() {
    String confined =
        "{\"OSType\":\"linux\",\"SecurityOptions\":[\"name=seccomp\",\"name=selinux\"]}";
    assertThat(Creation.securityOptions(abilities(SOCKET, confined, BRIDGE)))
        .containsExactly("label=disable");
    assertThat(Creation.securityOptions(abilities(SOCKET, LINUX, BRIDGE))).isEmpty();
  }

  @Test
  void gpusComeThroughTheNvidiaRuntimeElseByRequestElseNotAtAll() {
    assertThat(Gpus.of(Set.of("runc", "nvidia"), "18.09.1", true)).isEqualTo(Gpus.RUNTIME);
    assertThat(Gpus.of(Set.of("runc"), "19.03.5", true)).isEqualTo(Gpus.REQUEST);
    assertThat(Gpus.of(Set.of("runc"), "29.1.2", true)).isEqualTo(Gpus.REQUEST);
    assertThat(Gpus.of(Set.of("runc"), "18.09.1", true)).isEqualTo(Gpus.NONE);
    assertThat(Gpus.of(Set.of("crun"), "29.0.0", false)).isEqualTo(Gpus.NONE);
  }

  @Test
  void theNvidiaRuntimeIsToldWhichGpus() {
    HostConfig host = new HostConfig();
    Map<String, String> environment = new HashMap<>();
    Gpus.RUNTIME.give(List.of("1", "3"), host, environment);
    assertThat(host.getRuntime()).isEqualTo("nvidia");
    assertThat(environment).containsEntry("NVIDIA_VISIBLE_DEVICES", "1,3");
  }

  @Test
  void aRequestForDevicesNamesThemOrAsksForAll() {
    HostConfig some = new HostConfig();
    Gpus.REQUEST.give(List.of("1", "3"), some, new HashMap<>());
    assertThat(some.getDeviceRequests())
        .singleElement()
        .satisfies(request -> {
          assertThat(request.getDeviceIds()).containsExactly("1", "3");
          assertThat(request.getCount()).isNull();
        });
    HostConfig all = new HostConfig();
    Gpus.REQUEST.give(Limits.ALL_GPUS, all, new HashMap<>());
    assertThat(all.getDeviceRequests())
        .singleElement()
        .satisfies(request -> assertThat(request.getCount()).isEqualTo(-1));
  }

  @Test
  void withoutGpusNothingStarts() {
    assertThatThrownBy(() -> Gpus.NONE.give(Limits.ALL_GPUS, new HostConfig(), new HashMap<>()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("NVIDIA Container Toolkit");
  }

  private static Abilities abilities(String address, String info, String bridge, String... local) {
    return Abilities.of(
        address,
        read(info, Info.class),
        () -> read(bridge, Network.class),
        List.of(local).stream().map(AbilitiesTest::address).toList());
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static <T> T read(String json, Class<T> type) {
    try {
      return new ObjectMapper().readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
