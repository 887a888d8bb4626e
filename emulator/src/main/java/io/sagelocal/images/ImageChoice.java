package io.sagelocal.images;

import java.util.Optional;

/**
 * The image that runs for a name which a client sent.
 *
 * @param image on this machine
 * @param note what its owner should know where it is not quite what was named; fit for a
 *     StatusMessage
 */
public record ImageChoice(String image, Optional<String> note) {}
