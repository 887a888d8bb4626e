package io.sagelocal;

import io.sagelocal.aws.Arn;
import io.sagelocal.engine.ContainerEngine;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes containers, networks and volumes of this instance whose resource and is on record no
 * more, as when the data folder was put back to an earlier state. What nobody knows is left alone.
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
    sweep(
        "container",
        engine::containersLabelled,
        name -> engine.find(name).ifPresent(engine::remove));
    sweep("network", engine::networksLabelled, engine::removeNetwork);
    sweep("volume", engine::volumesLabelled, engine::removeVolume);
  }

  private void sweep(
      String kind, Function<String, Map<String, String>> labelled, Consumer<String> remove) {
    Map<String, String> instances = labelled.apply(INSTANCE);
    labelled
        .apply(RESOURCE)
        .forEach((name, arn) -> {
          if (instance.equals(instances.get(name)) && isOrphan(arn)) {
            log.info("{} {} belongs to nothing on record and is removed", kind, name);
            remove.accept(name);
          }
        });
  }

  private boolean isOrphan(String label) {
    Optional<Arn> arn = Arn.parse(label);
    return arn.isPresent() && types.contains(arn.get().type()) && !onRecord.test(arn.get());
  }
}
