/**
 * Running instances of a model: bring the data, start the containers, wait for their {@code /ping},
 * say where they answer, stop them. Start with {@link io.sagelocal.serving.ModelInstance}, opened
 * from an {@link io.sagelocal.serving.InstanceSpec}. Knows no endpoint; calls block and belong on
 * virtual threads.
 */
@NullMarked
package io.sagelocal.serving;

import org.jspecify.annotations.NullMarked;
