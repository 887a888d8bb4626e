/**
 * One running model container: unpack the artifact, start it, wait for its {@code /ping}, say where
 * it answers, stop it. Start with {@link io.sagelocal.serving.ModelServer}. Knows no endpoint;
 * calls block and belong on virtual threads.
 */
@NullMarked
package io.sagelocal.serving;

import org.jspecify.annotations.NullMarked;
