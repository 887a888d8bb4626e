/**
 * TransformJobs: batch inference over objects in S3. Start with {@link
 * io.sagelocal.transform.TransformJobs}, what callers may ask, and {@link
 * io.sagelocal.transform.TransformRun}, which walks one job from top to bottom on a virtual thread
 * of its own. Each instance of a job is a model server whose file workers take the next input file
 * from one queue; a file is split into records, the records go out in batches, and the answers are
 * put together on disk in the input's order. Bytes are streamed; at most a batch per request in
 * flight is held.
 */
@NullMarked
package io.sagelocal.transform;

import org.jspecify.annotations.NullMarked;
