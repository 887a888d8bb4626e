/**
 * The {@code engine} port on Docker. Start with {@link io.sagelocal.docker.DockerContainerEngine}.
 * Nothing is asked of the daemon before the first call; calls block and belong on virtual threads.
 */
@NullMarked
package io.sagelocal.docker;

import org.jspecify.annotations.NullMarked;
