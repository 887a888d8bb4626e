package io.sagelocal.serving;

import io.sagelocal.aws.InstanceType;
import io.sagelocal.aws.Scope;
import io.sagelocal.models.Model;
import io.sagelocal.models.ModelContainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An instance of a model to run: all its containers.
 *
 * @param containerName unique on the engine; the containers of a model with several have it with a
 *     number
 * @param folder scratch folder of this instance alone
 * @param labels marks to find the containers by
 * @param logGroup where their logs go
 * @param logStream the start of the log streams' names
 * @param type what each of them gets of the machine; its GPUs are for all of them
 * @param timeLimits how long it may take to start
 */
public record InstanceSpec(
    Scope scope,
    Model model,
    String containerName,
    Path folder,
    Map<String, String> labels,
    String logGroup,
    String logStream,
    InstanceType type,
    TimeLimits timeLimits) {

  /**
   * How long an instance may take to start.
   *
   * @param download for the model data to be there, for each container
   * @param health from a container's start to its first good answer to {@code /ping}
   */
  public record TimeLimits(Duration download, Duration health) {
    /** The service's own where nobody says otherwise. */
    public static final TimeLimits DEFAULT =
        new TimeLimits(Duration.ofHours(1), Duration.ofMinutes(4));
  }

  public InstanceSpec {
    labels = Map.copyOf(labels);
  }

  /** The names of its containers, in the model's order. */
  public List<String> containerNames() {
    return servers().stream().map(ModelServerSpec::containerName).toList();
  }

  /** Its containers, in the model's order. */
  List<ModelServerSpec> servers() {
    List<ModelServerSpec> servers = new ArrayList<>();
    boolean alone = model.containers().size() == 1;
    for (ModelContainer container : model.containers()) {
      String number = "-" + (servers.size() + 1);
      servers.add(
          alone
              ? new ModelServerSpec(this, container, containerName, folder)
              : new ModelServerSpec(
                  this, container, containerName + number, folder.resolve("container" + number)));
    }
    return servers;
  }
}
