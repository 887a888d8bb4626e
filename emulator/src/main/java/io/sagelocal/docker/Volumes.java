package io.sagelocal.docker;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.command.ListVolumesResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The volumes of containers, should one have lost its container. */
final class Volumes {
  private final Daemon daemon;

  Volumes(Daemon daemon) {
    this.daemon = daemon;
  }

  Map<String, String> labelled(String label) {
    try {
      ListVolumesResponse there =
          daemon.ask(client -> client.listVolumesCmd().withFilter("label", List.of(label)).exec());
      Map<String, String> found = new HashMap<>();
      for (InspectVolumeResponse volume :
          Optional.ofNullable(there.getVolumes()).orElse(List.of())) {
        Map<String, String> labels = Optional.ofNullable(volume.getLabels()).orElse(Map.of());
        found.put(volume.getName(), labels.getOrDefault(label, ""));
      }
      return found;
    } catch (DockerException e) {
      throw Reasons.refused("listing volumes", e);
    }
  }

  void remove(String name) {
    try {
      daemon.ask(client -> client.removeVolumeCmd(name).exec());
    } catch (NotFoundException | ConflictException e) {
      return; // gone, or a container's: it goes with that
    } catch (DockerException e) {
      throw Reasons.refused("removing volume " + name, e);
    }
  }
}
