package io.sagelocal.hosting;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.hosting.EndpointState.Creating;
import io.sagelocal.hosting.EndpointState.Deleting;
import io.sagelocal.hosting.EndpointState.Failed;
import io.sagelocal.hosting.EndpointState.InService;
import io.sagelocal.models.Model;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One Endpoint at one moment. It keeps the configuration and models it was made from, so that
 * deleting those does not touch it.
 *
 * @param config the EndpointConfig's request when the endpoint was made
 * @param models the Model requests of its variants, by model name
 */
public record Endpoint(
    Arn arn,
    String name,
    Document config,
    Map<String, Document> models,
    Instant creationTime,
    Instant lastModifiedTime,
    EndpointState state) {

  public Endpoint {
    models = Map.copyOf(models);
  }

  /** The EndpointStatus that the API answers. */
  public String status() {
    return switch (state) {
      case Creating c -> "Creating";
      case InService i -> "InService";
      case Failed f -> "Failed";
      case Deleting d -> "Deleting";
    };
  }

  public List<ProductionVariant> variants() {
    return EndpointConfigs.variants(config);
  }

  /** What a variant runs. */
  Model model(ProductionVariant variant) {
    Document request = models.get(variant.modelName());
    if (request == null) {
      throw new IllegalStateException(arn + " has no model " + variant.modelName());
    }
    return Model.of(request);
  }

  /**
   * The next state; an endpoint that is being deleted stays so, and a failed one only goes there.
   */
  Endpoint in(EndpointState next, Instant now) {
    boolean allowed =
        switch (state) {
          case Creating c -> true;
          case InService i -> next instanceof Deleting;
          case Failed f -> next instanceof Deleting;
          case Deleting d -> false;
        };
    return allowed ? new Endpoint(arn, name, config, models, creationTime, now, next) : this;
  }
}
