package io.sagelocal.engine;

/** What a container is connected to. */
public sealed interface ContainerNetwork {

  /** The engine's own network: a way to this machine and, where it has one, to the world. */
  record Standard() implements ContainerNetwork {}

  /** Nothing but the container's own loopback. */
  record None() implements ContainerNetwork {}

  /**
   * A network made by {@link ContainerEngine#createNetwork}, where the container's host name finds
   * it.
   */
  record Named(String name) implements ContainerNetwork {}

  /**
   * An isolated network made by {@link ContainerEngine#createNetwork}, where beside its containers
   * nobody but this machine reaches the ports of the spec, and they reach nobody.
   */
  record Guarded(String name) implements ContainerNetwork {}
}
