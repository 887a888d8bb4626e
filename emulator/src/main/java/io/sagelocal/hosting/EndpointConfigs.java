package io.sagelocal.hosting;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.definitions.Definition;
import io.sagelocal.definitions.Definitions;
import io.sagelocal.models.Models;
import io.sagelocal.state.StateStore;
import io.sagelocal.state.Timeline;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Creates, shows and deletes EndpointConfigs. */
public final class EndpointConfigs {
  private static final String TYPE = "endpoint-config";

  private static final List<String> UNSUPPORTED = List.of("ExplainerConfig", "MetricsConfig");

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
    refuseWhatIsMissing(request);
    List<ProductionVariant> variants = variants(request);
    refuseDoubtfulVariants(variants);
    AsyncRules.check(request, variants);
    for (ProductionVariant variant : variants) {
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
    return request.documents("ProductionVariants").stream().map(ProductionVariant::of).toList();
  }

  private static void refuseWhatIsMissing(Document request) {
    for (String member : UNSUPPORTED) {
      if (request.has(member)) {
        throw ServiceError.validation("%s is not supported by this emulator", member);
      }
    }
    if (!request.documents("ShadowProductionVariants").isEmpty()) {
      throw ServiceError.validation("ShadowProductionVariants is not supported by this emulator");
    }
    if (request
        .findDocument("DataCaptureConfig")
        .filter(one -> !Boolean.FALSE.equals(one.members().get("EnableCapture"))) // on by default
        .isPresent()) {
      throw ServiceError.validation("DataCaptureConfig is not supported by this emulator");
    }
    if (request.flag("EnableNetworkIsolation")) {
      throw ServiceError.validation(
          "EnableNetworkIsolation of an endpoint configuration is for inference components, which"
              + " this emulator does not have; set it in the Model");
    }
  }

  private static void refuseDoubtfulVariants(List<ProductionVariant> variants) {
    Set<String> names = new HashSet<>();
    for (ProductionVariant variant : variants) {
      if (!names.add(variant.name())) {
        throw ServiceError.validation(
            "ProductionVariants has two members of the name %s; each needs its own",
            variant.name());
      }
    }
    if (variants.stream().mapToDouble(ProductionVariant::weight).sum() <= 0) {
      throw ServiceError.validation(
          "ProductionVariants have an InitialVariantWeight of 0 in all; at least one must be more");
    }
  }
}
