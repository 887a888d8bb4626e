/**
 * HTTP: one port for every service. Start with {@link io.sagelocal.api.Gateway}, and {@link
 * io.sagelocal.api.Router}, which tells the services apart. All of Javalin and Jetty is here, and
 * the only place that knows status codes. Each request has a virtual thread of its own.
 */
@NullMarked
package io.sagelocal.api;

import org.jspecify.annotations.NullMarked;
