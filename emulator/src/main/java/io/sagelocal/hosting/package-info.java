/**
 * EndpointConfigs, Endpoints and their ProductionVariants. Start with {@link
 * io.sagelocal.hosting.Endpoints}, what callers may ask, and {@link
 * io.sagelocal.hosting.EndpointRun}, the life of one endpoint on a virtual thread of its own.
 * {@link io.sagelocal.hosting.InvocationRouting} reads a snapshot and never blocks.
 */
@NullMarked
package io.sagelocal.hosting;

import org.jspecify.annotations.NullMarked;
