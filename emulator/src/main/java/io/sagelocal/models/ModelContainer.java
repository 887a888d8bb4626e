package io.sagelocal.models;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One container of a model.
 *
 * @param name its ContainerHostname, else {@code primary} or {@code container-N}
 * @param data empty for an image that holds its model
 * @param multiModel whether it loads models on demand from the place that {@code data} names
 * @param keepsModels whether a model that was loaded on demand stays loaded
 */
public record ModelContainer(
    String name,
    Optional<String> hostname,
    String image,
    Optional<ModelData> data,
    Map<String, String> environment,
    boolean multiModel,
    boolean keepsModels) {

  /** What this emulator has no answer to. */
  private static final List<String> UNSUPPORTED =
      List.of("ModelPackageName", "InferenceSpecificationName", "AdditionalModelDataSources");

  public ModelContainer {
    environment = Map.copyOf(environment);
  }

  static ModelContainer of(String model, Document request, String defaultName) {
    for (String member : UNSUPPORTED) {
      if (request.has(member)) {
        throw ServiceError.validation(
            "Model %s: %s is not supported by this emulator", model, member);
      }
    }
    boolean multiModel = request.findText("Mode").filter("MultiModel"::equals).isPresent();
    Optional<String> hostname = request.findText("ContainerHostname");
    return new ModelContainer(
        hostname.orElse(defaultName),
        hostname,
        request
            .findText("Image")
            .orElseThrow(() ->
                ServiceError.validation(
                    "Model %s: container %s names no Image", model, defaultName)),
        data(model, request, multiModel),
        request.textMap("Environment"),
        multiModel,
        keepsModels(model, request, multiModel));
  }

  ModelContainer withEnvironment(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(more);
    return new ModelContainer(name, hostname, image, data, all, multiModel, keepsModels);
  }

  private static Optional<ModelData> data(String model, Document request, boolean multiModel) {
    Optional<ModelData> data = ModelData.of(model, request);
    if (multiModel && data.filter(one -> one.form() == ModelData.Form.ARCHIVE).isEmpty()) {
      throw ServiceError.validation(
          "Model %s: a container with Mode MultiModel needs a ModelDataUrl, the S3 prefix of its"
              + " models",
          model);
    }
    return multiModel ? data.map(one -> new ModelData(one.source(), ModelData.Form.MODELS)) : data;
  }

  private static boolean keepsModels(String model, Document request, boolean multiModel) {
    Optional<Document> config = request.findDocument("MultiModelConfig");
    if (config.isPresent() && !multiModel) {
      throw ServiceError.validation(
          "Model %s: MultiModelConfig goes with Mode MultiModel only", model);
    }
    return config
        .flatMap(one -> one.findText("ModelCacheSetting"))
        .filter("Disabled"::equals)
        .isEmpty();
  }
}
