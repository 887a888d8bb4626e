/**
 * What hosts get of this machine. Start with {@link io.sagelocal.machine.Machine}, which says how
 * much, and {@link io.sagelocal.machine.Places}, where they wait for it. It knows instance types,
 * no jobs.
 */
@NullMarked
package io.sagelocal.machine;

import org.jspecify.annotations.NullMarked;
