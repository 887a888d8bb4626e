/**
 * TrainingJobs. Start with {@link io.sagelocal.training.TrainingJobs}, what callers may ask, and
 * {@link io.sagelocal.training.TrainingRun}, which walks one job from top to bottom on a virtual
 * thread of its own. A job's state changes only by pure functions of {@link
 * io.sagelocal.training.TrainingJob}, which the store applies atomically; every phase is on record
 * before it begins and may be begun again.
 */
@NullMarked
package io.sagelocal.training;

import org.jspecify.annotations.NullMarked;
