package io.sagelocal.engine;

/**
 * The machine that containers run on.
 *
 * @param cpus its processors
 * @param memoryBytes its memory
 */
public record MachineSize(int cpus, long memoryBytes) {}
