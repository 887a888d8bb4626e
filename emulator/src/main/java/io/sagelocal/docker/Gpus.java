package io.sagelocal.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.HostConfig;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Limits;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a daemon gives a container its GPUs. A container that asks never starts without them. */
enum Gpus {
  /** It has the runtime named nvidia. */
  RUNTIME,
  /** It takes requests for devices; whether a driver answers them shows at the start. */
  REQUEST,
  /** It would start the container without saying that there are none. */
  NONE;

  static final String NVIDIA = "nvidia";
  static final String VISIBLE = "NVIDIA_VISIBLE_DEVICES";
  private static final String ADVICE =
      "a GPU instance type was asked for, but this Docker has no GPU support%s. Install the NVIDIA"
          + " Container Toolkit, run `nvidia-ctk runtime configure --runtime=docker` and restart"
          + " Docker, or choose a CPU instance type";
  private static final Pattern VERSION = Pattern.compile("^(\\d+)\\.(\\d+)");

  /** Daemons before 19.03, and Podman's, pass over requests for devices in silence. */
  static Gpus of(Set<String> runtimes, String serverVersion, boolean docker) {
    if (runtimes.contains(NVIDIA)) {
      return RUNTIME;
    }
    Matcher version = VERSION.matcher(serverVersion);
    boolean takesRequests =
        docker
            && version.find()
            && Integer.parseInt(version.group(1)) * 100 + Integer.parseInt(version.group(2))
                >= 1903;
    return takesRequests ? REQUEST : NONE;
  }

  /** Gives the named GPUs, and shows no other. */
  void give(List<String> names, HostConfig host, Map<String, String> environment) {
    switch (this) {
      case RUNTIME -> {
        host.withRuntime(NVIDIA);
        environment.put(VISIBLE, String.join(",", names));
      }
      case REQUEST -> {
        DeviceRequest request = new DeviceRequest().withCapabilities(List.of(List.of("gpu")));
        host.withDeviceRequests(
            List.of(
                names.equals(Limits.ALL_GPUS)
                    ? request.withCount(-1)
                    : request.withDeviceIds(names)));
      }
      case NONE -> throw new EngineException(ADVICE.formatted(""));
    }
  }

  /** Tells whether the daemon refused because no driver answers a request for GPUs. */
  static boolean missing(DockerException e) {
    return Reasons.of(e).toLowerCase(Locale.ROOT).contains("could not select device driver");
  }

  static EngineException noSupport(DockerException e) {
    return new EngineException(ADVICE.formatted(" (it says: " + Reasons.of(e) + ")"), e);
  }
}
