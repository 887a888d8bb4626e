package io.sagelocal.serving;

import io.sagelocal.aws.Scope;
import io.sagelocal.models.Model;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model container to run.
 *
 * @param containerName unique on the engine
 * @param folder scratch folder of this container alone
 * @param labels marks to find the container by
 * @param logGroup where its log goes
 * @param logStream the start of its log stream's name
 * @param gpu whether it needs the machine's GPUs
 */
public record ModelServerSpec(
    Scope scope,
    Model model,
    String containerName,
    Path folder,
    Map<String, String> labels,
    String logGroup,
    String logStream,
    boolean gpu) {

  public ModelServerSpec {
    labels = Map.copyOf(labels);
  }
}
