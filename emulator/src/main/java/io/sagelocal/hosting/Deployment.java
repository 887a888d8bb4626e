package io.sagelocal.hosting;

import io.sagelocal.aws.Document;
import io.sagelocal.models.Model;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What an endpoint runs. It keeps the configuration and models it was made from, so that deleting
 * those does not touch it.
 *
 * @param number of this endpoint alone: a later deployment has a higher one
 * @param config the EndpointConfig's request
 * @param models the Model requests of its variants, by model name
 * @param capacities by variant, where they are others than the configuration's
 */
public record Deployment(
    int number, Document config, Map<String, Document> models, Map<String, Capacity> capacities) {

  public Deployment {
    models = Map.copyOf(models);
    capacities = Map.copyOf(capacities);
  }

  /** The variants as they shall run, in the configuration's order. */
  public List<ProductionVariant> variants() {
    return EndpointConfigs.variants(config).stream()
        .map(variant -> variant.with(capacities.getOrDefault(variant.name(), variant.capacity())))
        .toList();
  }

  /** What a variant runs. */
  Model model(ProductionVariant variant) {
    Document request = models.get(variant.modelName());
    if (request == null) {
      throw new IllegalStateException("there is no model " + variant.modelName());
    }
    return Model.of(request);
  }

  /** Whether this is the same deployment with the same capacities. */
  boolean isAt(Deployment other) {
    return number == other.number && capacities.equals(other.capacities);
  }

  /** The same, with other capacities for some variants. */
  Deployment with(Map<String, Capacity> changes) {
    Map<String, Capacity> all = new HashMap<>(capacities);
    all.putAll(changes);
    return new Deployment(number, config, models, all);
  }
}
