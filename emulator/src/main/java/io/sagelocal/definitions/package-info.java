/**
 * Resources that are nothing but what their creator asked for: a Model, an EndpointConfig. Start
 * with {@link io.sagelocal.definitions.Definitions}. A leaf; any thread.
 */
@NullMarked
package io.sagelocal.definitions;

import org.jspecify.annotations.NullMarked;
