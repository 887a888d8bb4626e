package io.sagelocal.models;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.S3Uri;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model container runs.
 *
 * @param artifact the model.tar.gz to unpack to {@code /opt/ml/model}; empty for an image that
 *     holds its model
 */
public record Model(
    String name,
    String image,
    Optional<S3Uri> artifact,
    Map<String, String> environment,
    Optional<String> containerHostname) {

  /**
   * Reads a CreateModel request.
   *
   * @throws ServiceError a ValidationException for what this emulator cannot run
   */
  public static Model of(Document request) {
    String name = request.text("ModelName");
    Document container = container(name, request);
    String image =
        container
            .findText("Image")
            .orElseThrow(() ->
                ServiceError.validation(
                    "Model %s names no Image; ModelPackageName is not supported by this emulator",
                    name));
    return new Model(
        name,
        image,
        container.findText("ModelDataUrl").map(S3Uri::parse),
        container.textMap("Environment"),
        container.findText("ContainerHostname"));
  }

  /** This model with more environment, which goes before its own. */
  public Model withEnvironment(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(more);
    return new Model(name, image, artifact, all, containerHostname);
  }

  private static Document container(String name, Document request) {
    List<Document> containers = new ArrayList<>(request.documents("Containers"));
    request.findDocument("PrimaryContainer").ifPresent(containers::add);
    if (containers.isEmpty()) {
      throw ServiceError.validation("Model %s has no PrimaryContainer", name);
    }
    if (containers.size() > 1) {
      throw ServiceError.validation(
          "Model %s has %d containers; this emulator runs models of one", name, containers.size());
    }
    return containers.getFirst();
  }
}
