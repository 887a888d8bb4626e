package io.sagelocal.hosting;

import io.sagelocal.aws.Document;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Which instance of a variant gets a request: its RoutingConfig's RoutingStrategy. */
enum RoutingStrategy {
  /** The one with the fewest requests on its hands; among equals another one each time. */
  LEAST_OUTSTANDING_REQUESTS {
    @Override
    @Nullable Instance choose(List<Instance> instances, int request) {
      Instance best = null;
      for (int i = 0; i < instances.size(); i++) {
        Instance each = instances.get(Math.floorMod(request + i, instances.size()));
        if (best == null || each.outstanding() < best.outstanding()) {
          best = each;
        }
      }
      return best;
    }
  },
  /** Any, whatever the others have to do. */
  RANDOM {
    @Override
    @Nullable Instance choose(List<Instance> instances, int request) {
      return instances.isEmpty()
          ? null
          : instances.get(ThreadLocalRandom.current().nextInt(instances.size()));
    }
  };

  /** What a variant's request says; the fewest where it says nothing, which harms no request. */
  static RoutingStrategy of(Document variant) {
    return variant
        .findDocument("RoutingConfig")
        .map(config -> valueOf(config.text("RoutingStrategy")))
        .orElse(LEAST_OUTSTANDING_REQUESTS);
  }

  /**
   * Chooses one.
   *
   * @param request the number of the request
   * @return null of none
   */
  abstract @Nullable Instance choose(List<Instance> instances, int request);
}
