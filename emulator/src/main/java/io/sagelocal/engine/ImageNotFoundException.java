package io.sagelocal.engine;

/** An image is neither here nor at its registry. */
public final class ImageNotFoundException extends EngineException {
  private static final long serialVersionUID = 1L;

  private final String image;

  public ImageNotFoundException(String image, String reason) {
    super("image " + image + ": " + reason);
    this.image = image;
  }

  /** The image that was asked for. */
  public String image() {
    return image;
  }
}
