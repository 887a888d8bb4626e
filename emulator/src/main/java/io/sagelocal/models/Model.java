package io.sagelocal.models;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one instance of a model runs.
 *
 * @param containers at least one; in {@link Mode#SERIAL} each gets what the one before it answered
 * @param isolated whether its containers reach no network
 * @param role the ARN of the role as which its containers act
 */
public record Model(
    String name,
    List<ModelContainer> containers,
    Mode mode,
    boolean isolated,
    Optional<String> role) {
  private static final int MAX_CONTAINERS = 15;

  /** Which container of several answers an invocation. */
  public enum Mode {
    /** All of them, one after the other. */
    SERIAL,
    /** The one that the caller names. */
    DIRECT
  }

  public Model {
    containers = List.copyOf(containers);
  }

  /**
   * Reads a CreateModel request.
   *
   * @throws ServiceError a ValidationException for what this emulator cannot run
   */
  public static Model of(Document request) {
    String name = request.text("ModelName");
    List<ModelContainer> containers = containers(name, request);
    Mode mode = mode(request);
    refuseDoubtfulNames(name, containers, mode);
    if (containers.size() > 1 && containers.stream().anyMatch(ModelContainer::multiModel)) {
      throw ServiceError.validation(
          "Model %s has a container with Mode MultiModel among several; this emulator runs such a"
              + " container alone",
          name);
    }
    return new Model(
        name,
        containers,
        mode,
        request.flag("EnableNetworkIsolation"),
        request.findText("ExecutionRoleArn"));
  }

  /** This model with more environment in its containers, which goes before their own. */
  public Model withEnvironment(Map<String, String> more) {
    return new Model(
        name,
        containers.stream().map(each -> each.withEnvironment(more)).toList(),
        mode,
        isolated,
        role);
  }

  private static List<ModelContainer> containers(String name, Document request) {
    List<Document> several = request.documents("Containers");
    if (request.has("PrimaryContainer") && !several.isEmpty()) {
      throw ServiceError.validation(
          "Model %s has both PrimaryContainer and Containers; give one of them", name);
    }
    if (request.has("PrimaryContainer")) {
      return List.of(ModelContainer.of(name, request.document("PrimaryContainer"), "primary"));
    }
    if (several.isEmpty()) {
      throw ServiceError.validation("Model %s has no PrimaryContainer and no Containers", name);
    }
    if (several.size() > MAX_CONTAINERS) {
      throw ServiceError.validation(
          "Model %s has %d Containers; at most %d are allowed",
          name, several.size(), MAX_CONTAINERS);
    }
    List<ModelContainer> containers = new ArrayList<>();
    for (Document each : several) {
      containers.add(ModelContainer.of(name, each, "container-" + (containers.size() + 1)));
    }
    return containers;
  }

  private static Mode mode(Document request) {
    return request
            .findDocument("InferenceExecutionConfig")
            .map(config -> config.text("Mode"))
            .filter("Direct"::equals)
            .isPresent()
        ? Mode.DIRECT
        : Mode.SERIAL;
  }

  private static void refuseDoubtfulNames(String name, List<ModelContainer> containers, Mode mode) {
    long named = containers.stream().filter(each -> each.hostname().isPresent()).count();
    if (named != containers.size()
        && (mode == Mode.DIRECT || (named > 0 && containers.size() > 1))) {
      throw ServiceError.validation(
          "Model %s has %d Containers of which %d have a ContainerHostname; give one to each",
          name, containers.size(), named);
    }
    Set<String> names = new HashSet<>();
    for (ModelContainer each : containers) {
      if (!names.add(each.name())) {
        throw ServiceError.validation(
            "Model %s has two Containers with ContainerHostname %s; each needs its own",
            name, each.name());
      }
    }
  }
}
