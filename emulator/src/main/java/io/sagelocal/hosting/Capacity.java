package io.sagelocal.hosting;

/**
 * What may change of a variant while it runs.
 *
 * @param weight its share of the traffic, relative to the other variants'
 */
record Capacity(double weight, int instances) {}
