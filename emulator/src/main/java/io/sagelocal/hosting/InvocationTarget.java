package io.sagelocal.hosting;

import io.sagelocal.aws.ServiceError;
import io.sagelocal.models.Model;
import io.sagelocal.models.ModelContainer;
import java.util.List;
import java.util.Optional;

/**
 * What an invocation asks for within its endpoint.
 *
 * @param variant the TargetVariant
 * @param container the TargetContainerHostname
 * @param model the TargetModel
 * @param async whether the answer goes to S3
 */
public record InvocationTarget(
    Optional<String> variant, Optional<String> container, Optional<String> model, boolean async) {
  /** Whatever instance there is, to be answered to S3. */
  static final InvocationTarget ASYNC =
      new InvocationTarget(Optional.empty(), Optional.empty(), Optional.empty(), true);

  /**
   * Checks that a model has what is asked for.
   *
   * @throws ServiceError a ValidationError that names it
   */
  void check(Model asked) {
    boolean direct = asked.mode() == Model.Mode.DIRECT;
    List<String> names = asked.containers().stream().map(ModelContainer::name).toList();
    if (direct && container.isEmpty()) {
      throw refusal(
          "Model %s has InferenceExecutionConfig Mode Direct: TargetContainerHostname must be one of %s"
              .formatted(asked.name(), names));
    }
    if (container.isPresent() && !(direct && names.contains(container.get()))) {
      throw refusal(
          direct
              ? "Model %s has no container %s; TargetContainerHostname must be one of %s"
                  .formatted(asked.name(), container.get(), names)
              : "TargetContainerHostname %s: model %s does not have InferenceExecutionConfig Mode Direct"
                  .formatted(container.get(), asked.name()));
    }
    boolean multiModel = asked.containers().getFirst().multiModel();
    if (multiModel && model.isEmpty()) {
      throw refusal(
          "Model %s has Mode MultiModel: TargetModel must name one below its ModelDataUrl"
              .formatted(asked.name()));
    }
    if (!multiModel && model.isPresent()) {
      throw refusal(
          "TargetModel %s: model %s does not have Mode MultiModel"
              .formatted(model.get(), asked.name()));
    }
  }

  private static ServiceError refusal(String message) {
    return new ServiceError("ValidationError", message);
  }
}
