package io.sagelocal;

import io.sagelocal.aws.Arn;
import io.sagelocal.engine.ContainerEngine;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what this instance's containers and networks were made for and is on record no more, as
 * when the data folder was put back to an earlier state. What nobody knows is left alone.
 */
final class Sweep {
  private static final Logger log = LoggerFactory.getLogger(Sweep.class);
  private static final String INSTANCE = "io.sagelocal.instance";
  private static final String RESOURCE = "io.sagelocal.arn";

  private final ContainerEngine engine;
  private final String instance;
  private final Set<String> types;
  private final Predicate<Arn> onRecord;

  /**
   * @param types of the resources it looks after
   * @param onRecord whether there is a resource of that name; asked after the engine, so that what
   *     is made meanwhile is on record
   */
  Sweep(ContainerEngine engine, String instance, Set<String> types, Predicate<Arn> onRecord) {
    this.engine = engine;
    this.instance = instance;
    this.types = types;
    this.onRecord = onRecord;
  }

  void run() {
    Map<String, String> containers = engine.containersLabelled(INSTANCE);
    engine
        .containersLabelled(RESOURCE)
        .forEach((name, arn) -> {
          if (instance.equals(containers.get(name)) && isOrphan(arn)) {
            log.info("container {} belongs to nothing on record and is removed", name);
            engine.find(name).ifPresent(engine::remove);
          }
        });
    Map<String, String> networks = engine.networksLabelled(INSTANCE);
    engine
        .networksLabelled(RESOURCE)
        .forEach((name, arn) -> {
          if (instance.equals(networks.get(name)) && isOrphan(arn)) {
            log.info("network {} belongs to nothing on record and is removed", name);
            engine.removeNetwork(name);
          }
        });
  }

  private boolean isOrphan(String label) {
    Optional<Arn> arn = Arn.parse(label);
    return arn.isPresent() && types.contains(arn.get().type()) && !onRecord.test(arn.get());
  }
}
