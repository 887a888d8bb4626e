package io.sagelocal.docker;

import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Network;
import io.sagelocal.engine.HostAccess;
import io.sagelocal.engine.MachineSize;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a daemon can do and where it stands.
 *
 * @param access how its containers reach this machine
 * @param sharesNetwork whether this machine reaches containers by their own addresses
 * @param gpus how it gives containers GPUs
 * @param selinux whether it confines containers with SELinux labels
 * @param machine what it runs on
 * @param limitsCpus whether its kernel can limit a container's processors
 * @param limitsMemory whether its kernel can limit a container's memory
 * @param layers whether it may mount overlays of this machine's folders
 * @param showsGpus whether every container gets the nvidia runtime, asked for or not
 */
record Abilities(
    HostAccess access,
    boolean sharesNetwork,
    Gpus gpus,
    boolean selinux,
    MachineSize machine,
    boolean limitsCpus,
    boolean limitsMemory,
    boolean layers,
    boolean showsGpus) {
  private static final String BEHIND_A_MACHINE = "host.docker.internal";

  /**
   * @param address of the daemon, as a URI
   * @param bridge its network named bridge, asked for only when needed
   * @param local the addresses of this machine
   */
  static Abilities of(
      String address, Info info, Supplier<Network> bridge, List<InetAddress> local) {
    if ("windows".equals(info.getOsType())) {
      throw new IllegalStateException(
          "it runs Windows containers; switch Docker to Linux containers");
    }
    List<String> security = Optional.ofNullable(info.getSecurityOptions()).orElse(List.of());
    Optional<InetAddress> here =
        address.startsWith("unix://") && !isDesktop(info) && !has(security, "rootless")
            ? Bridge.addressHere(bridge.get(), local)
            : Optional.empty();
    return new Abilities(
        here.map(host -> new HostAccess(host.getHostAddress(), Optional.of(host)))
            .orElse(new HostAccess(BEHIND_A_MACHINE, Optional.empty())),
        here.isPresent(),
        Gpus.of(
            info.getRuntimes() == null ? Set.of() : info.getRuntimes().keySet(),
            Optional.ofNullable(info.getServerVersion()).orElse(""),
            !isPodman(info)),
        has(security, "selinux"),
        new MachineSize(
            Optional.ofNullable(info.getNCPU()).orElse(1),
            Optional.ofNullable(info.getMemTotal()).orElse(0L)),
        Boolean.TRUE.equals(info.getCpuCfsQuota()),
        Boolean.TRUE.equals(info.getMemoryLimit()),
        here.isPresent() && !isPodman(info) && !has(security, "userns"),
        Gpus.NVIDIA.equals(
            Optional.ofNullable(info.getRawValues()).orElse(Map.of()).get("DefaultRuntime")));
  }

  private static boolean isDesktop(Info info) {
    return Optional.ofNullable(info.getOperatingSystem()).orElse("").contains("Docker Desktop")
        || "docker-desktop".equals(info.getName());
  }

  private static boolean isPodman(Info info) {
    return Optional.ofNullable(info.getRawValues()).orElse(Map.of()).containsKey("BuildahVersion");
  }

  private static boolean has(List<String> options, String name) {
    return options.stream().anyMatch(option -> option.startsWith("name=" + name));
  }
}
