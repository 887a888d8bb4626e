package io.sagelocal.images;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ImageNotFoundException;
import java.util.Optional;

/**
 * Finds the image to run for the name a client sends: that very name where it is on this machine,
 * the stand-in built here for an official MXNet image, else what its registry has.
 */
public final class Images {
  private final ContainerEngine engine;

  public Images(ContainerEngine engine) {
    this.engine = engine;
  }

  /**
   * Answers the name of an image that is on this machine, pulling it when needed.
   *
   * @throws ImageNotFoundException saying what was looked for and how to make or pull it
   */
  public String require(String image) {
    if (engine.hasImage(image)) {
      return image;
    }
    Optional<OfficialImage> official = OfficialImage.parse(image);
    if (official.isPresent() && engine.hasImage(official.get().local())) {
      return official.get().local();
    }
    try {
      engine.pull(image);
      return image;
    } catch (ImageNotFoundException e) {
      throw new ImageNotFoundException(image, advice(official, e));
    }
  }

  private static String advice(Optional<OfficialImage> official, ImageNotFoundException pull) {
    String pulled = "pulling it failed (" + pull.getMessage() + ")";
    return official
        .map(mxnet ->
            "neither it nor its stand-in %s is on this machine, and %s. Build the stand-in with `%s`"
                .formatted(mxnet.local(), pulled, mxnet.buildCommand()))
        .orElseGet(() ->
            "it is not on this machine and "
                + pulled
                + ". Build it with `docker build -t NAME .` or log in to its registry and"
                + " `docker pull` it");
  }
}
