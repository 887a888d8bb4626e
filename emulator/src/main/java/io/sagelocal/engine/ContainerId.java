package io.sagelocal.engine;

/**
 * A container the engine made.
 *
 * @param name the name its spec gave
 * @param id the engine's own identifier
 */
public record ContainerId(String name, String id) {}
