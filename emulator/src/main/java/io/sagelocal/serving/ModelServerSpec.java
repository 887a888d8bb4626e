package io.sagelocal.serving;

import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.models.ModelContainer;
import java.nio.file.Path;

/**
 * One model container to run.
 *
 * @param containerName unique on the engine
 * @param folder scratch folder of this container alone
 */
record ModelServerSpec(
    InstanceSpec instance, ModelContainer container, String containerName, Path folder) {

  /** How messages call it. */
  String words() {
    String model = "model " + instance.model().name();
    return instance.model().containers().size() == 1
        ? "The container of " + model
        : "Container %s of %s".formatted(container.name(), model);
  }

  /** What it is connected to: a network of its own if it is to reach nobody. */
  ContainerNetwork network() {
    return instance.model().isolated()
        ? new ContainerNetwork.Guarded(containerName)
        : new ContainerNetwork.Standard();
  }

  /** The name of its log stream; the engine's id lets a restarted container begin its own. */
  String logStream(String containerId) {
    String stream =
        instance.logStream() + "-" + containerId.substring(0, Math.min(12, containerId.length()));
    return instance.model().containers().size() == 1 ? stream : stream + "/" + container.name();
  }
}
