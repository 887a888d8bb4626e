/**
 * Faults on demand: what a test asks to go wrong, once or a few times. Start with {@link
 * io.sagelocal.faults.Faults}, which remembers them; {@link io.sagelocal.faults.FaultyEngine} is
 * what makes the hosts of a job fall over. In memory only; any thread.
 */
@NullMarked
package io.sagelocal.faults;

import org.jspecify.annotations.NullMarked;
