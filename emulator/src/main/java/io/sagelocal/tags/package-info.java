/**
 * Tags of resources, kept by ARN. Start with {@link io.sagelocal.tags.Tags}. A leaf: does not know
 * what an ARN names; any thread.
 */
@NullMarked
package io.sagelocal.tags;

import org.jspecify.annotations.NullMarked;
