/**
 * The port to whatever runs containers. Start with {@link io.sagelocal.engine.ContainerEngine} and
 * {@link io.sagelocal.engine.ContainerSpec}. It speaks of hosts, images, folders and exits, never
 * of Docker, jobs or endpoints; calls block and belong on virtual threads.
 */
@NullMarked
package io.sagelocal.engine;

import org.jspecify.annotations.NullMarked;
