/**
 * The port to durable records, and to time. Start with {@link io.sagelocal.state.Records}, a typed
 * view of a {@link io.sagelocal.state.StateStore}, and {@link io.sagelocal.state.Timeline}, the
 * only source of "now" and "later". Readers take immutable snapshots from any thread; a change is a
 * function applied by the store's single writer and must not block.
 */
@NullMarked
package io.sagelocal.state;

import org.jspecify.annotations.NullMarked;
