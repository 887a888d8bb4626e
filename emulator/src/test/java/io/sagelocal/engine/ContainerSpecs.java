package io.sagelocal.engine;

import java.util.List;
import java.util.Map;

/** Containers that differ from another in part. */
public final class ContainerSpecs {
  private ContainerSpecs() {}

  /** The same container by another name and with other labels, without its folders. */
  public static ContainerSpec labelled(
      ContainerSpec spec, String name, Map<String, String> labels) {
    return new ContainerSpec(
        name,
        spec.image(),
        spec.entrypoint(),
        spec.command(),
        spec.environment(),
        spec.hostname(),
        spec.network(),
        List.of(),
        spec.ports(),
        labels,
        spec.limits());
  }
}
