/**
 * Which local image serves the name a client sends. Start with {@link io.sagelocal.images.Images}.
 * A leaf above the engine port; any thread.
 */
@NullMarked
package io.sagelocal.images;

import org.jspecify.annotations.NullMarked;
