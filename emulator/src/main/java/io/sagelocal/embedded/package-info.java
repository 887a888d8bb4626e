/**
 * The {@code objects} port on the embedded store, without HTTP between. Start with {@link
 * io.sagelocal.embedded.EmbeddedObjectStore}. Calls block; any thread may make them.
 */
@NullMarked
package io.sagelocal.embedded;

import org.jspecify.annotations.NullMarked;
