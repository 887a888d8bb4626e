package io.sagelocal.hosting;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.definitions.Definition;
import io.sagelocal.definitions.Definitions;
import io.sagelocal.models.Models;
import io.sagelocal.state.StateStore;
import io.sagelocal.state.Timeline;
import java.util.List;

/** Creates, shows and deletes EndpointConfigs. */
public final class EndpointConfigs {
  private static final String TYPE = "endpoint-config";

  private final Definitions definitions;
  private final Models models;

  public EndpointConfigs(StateStore store, Timeline timeline, Models models) {
    this.definitions = new Definitions(store, timeline, TYPE, "endpoint configuration");
    this.models = models;
  }

  /**
   * Records an EndpointConfig.
   *
   * @throws ServiceError a ValidationException when the name is taken, a variant's Model does not
   *     exist, or this emulator cannot run such a variant
   */
  public Definition create(Scope scope, Document request) {
    for (ProductionVariant variant : variants(request)) {
      models.require(scope, variant.modelName());
    }
    String name = request.text("EndpointConfigName");
    return definitions.create(
        scope,
        name,
        request,
        () ->
            ServiceError.validation(
                "Cannot create already existing endpoint configuration \"%s\".",
                definitions.arn(scope, name)));
  }

  /**
   * Shows an EndpointConfig.
   *
   * @throws ServiceError a ValidationException when there is none of that name
   */
  public Definition require(Scope scope, String name) {
    return definitions.require(scope, name);
  }

  public List<Definition> list(Scope scope) {
    return definitions.list(scope);
  }

  /**
   * Deletes an EndpointConfig; endpoints made from it keep running.
   *
   * @throws ServiceError a ValidationException when there is none of that name
   */
  public void delete(Scope scope, String name) {
    definitions.delete(scope, name);
  }

  /** The variants of a configuration's request, in order. */
  static List<ProductionVariant> variants(Document request) {
    List<ProductionVariant> variants =
        request.documents("ProductionVariants").stream().map(ProductionVariant::of).toList();
    if (variants.size() != 1) {
      throw ServiceError.validation(
          "ProductionVariants has %d members; this emulator runs endpoints of 1", variants.size());
    }
    ProductionVariant variant = variants.getFirst();
    if (variant.instanceCount() > 1) {
      throw ServiceError.validation(
          "InitialInstanceCount %d of variant %s is more than this emulator runs; use 1",
          variant.instanceCount(), variant.name());
    }
    return variants;
  }
}
