package io.sagelocal.hosting;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What requests may ask of a deployment. */
final class DeploymentRules {
  private DeploymentRules() {}

  /**
   * Refuses what this emulator does not do of a DeploymentConfig: traffic moves all at once.
   *
   * @throws ServiceError a ValidationException that names it
   */
  static void check(Document request) {
    Document config = request.findDocument("DeploymentConfig").orElse(new Document(Map.of()));
    for (String member : List.of("RollingUpdatePolicy", "AutoRollbackConfiguration")) {
      if (config.has(member)) {
        throw ServiceError.validation(
            "DeploymentConfig.%s is not supported by this emulator", member);
      }
    }
    String type =
        config
            .findDocument("BlueGreenUpdatePolicy")
            .map(policy -> policy.document("TrafficRoutingConfiguration").text("Type"))
            .orElse("ALL_AT_ONCE");
    if (!type.equals("ALL_AT_ONCE")) {
      throw ServiceError.validation(
          "DeploymentConfig: TrafficRoutingConfiguration of Type %s is not supported by this"
              + " emulator; use ALL_AT_ONCE",
          type);
    }
  }

  /**
   * What RetainAllVariantProperties of an UpdateEndpoint keeps, by variant.
   *
   * @throws ServiceError a ValidationException when no variant would have a weight
   */
  static Map<String, Capacity> retained(
      Document request, List<ProductionVariant> before, List<ProductionVariant> next) {
    if (!request.flag("RetainAllVariantProperties")) {
      return Map.of();
    }
    Set<String> excluded =
        request.documents("ExcludeRetainedVariantProperties").stream()
            .map(one -> one.text("VariantPropertyType"))
            .collect(Collectors.toSet());
    Map<String, ProductionVariant> old = new HashMap<>();
    before.forEach(variant -> old.put(variant.name(), variant));
    Map<String, Capacity> retained = new HashMap<>();
    for (ProductionVariant variant : next) {
      ProductionVariant was = old.getOrDefault(variant.name(), variant);
      retained.put(
          variant.name(),
          new Capacity(
              (excluded.contains("DesiredWeight") ? variant : was).weight(),
              (excluded.contains("DesiredInstanceCount") ? variant : was).instanceCount()));
    }
    requireSomeWeight(retained, request.text("EndpointName"));
    return retained;
  }

  /**
   * Reads DesiredWeightsAndCapacities.
   *
   * @throws ServiceError a ValidationException for a variant that is not there, no instance, or no
   *     weight at all
   */
  static Map<String, Capacity> capacities(
      List<Document> desired, String endpoint, List<ProductionVariant> before) {
    Map<String, Capacity> all = new HashMap<>();
    before.forEach(variant -> all.put(variant.name(), variant.capacity()));
    for (Document each : desired) {
      String name = each.text("VariantName");
      Capacity now = all.get(name);
      if (now == null) {
        throw ServiceError.validation(
            "Endpoint %s has no variant %s; it has %s", endpoint, name, all.keySet());
      }
      if (each.has("ServerlessUpdateConfig")) {
        throw ServiceError.validation("ServerlessUpdateConfig is not supported by this emulator");
      }
      int instances =
          each.findNumber("DesiredInstanceCount").orElse((long) now.instances()).intValue();
      if (instances < 1) {
        throw ServiceError.validation(
            "DesiredInstanceCount of variant %s must be at least 1 but was: %d", name, instances);
      }
      double weight =
          each.members().get("DesiredWeight") instanceof Number given
              ? given.doubleValue()
              : now.weight();
      all.put(name, new Capacity(weight, instances));
    }
    requireSomeWeight(all, endpoint);
    return all;
  }

  /** Without any, no request would find an instance. */
  private static void requireSomeWeight(Map<String, Capacity> capacities, String endpoint) {
    if (capacities.values().stream().mapToDouble(Capacity::weight).sum() <= 0) {
      throw ServiceError.validation(
          "The variants of endpoint %s would all have weight 0; at least one must have more",
          endpoint);
    }
  }
}
