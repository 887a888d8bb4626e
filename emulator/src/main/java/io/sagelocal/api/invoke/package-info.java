/**
 * The runtime: invocations, streamed to the container that answers them and back. Start with {@link
 * io.sagelocal.api.invoke.InvocationHandler}. Runs on Jetty's own threads and never blocks on a
 * body.
 */
@NullMarked
package io.sagelocal.api.invoke;

import org.jspecify.annotations.NullMarked;
