/**
 * Which local image serves the name a client sends. Start with {@link io.sagelocal.images.Images}
 * and the table in {@link io.sagelocal.images.StandIn}. A leaf above the engine port; any thread.
 */
@NullMarked
package io.sagelocal.images;

import org.jspecify.annotations.NullMarked;
