package io.sagelocal.images;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where an image may come from. */
public enum ImageSource {
  /** An image of exactly the name that the client sent, on this machine. */
  EXACT,
  /** The image built here that stands in for an official one. */
  LOCAL,
  /** The registry that the name says. */
  PULL;

  /** What is tried when nobody says otherwise, first to last. */
  public static final List<ImageSource> DEFAULT_ORDER = List.of(EXACT, LOCAL, PULL);

  /**
   * Reads an order such as {@code exact,local,pull}; what is left out is not tried.
   *
   * @throws IllegalArgumentException naming the word that is none, or is there twice
   */
  public static List<ImageSource> order(String text) {
    List<ImageSource> order = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      ImageSource source = of(word.strip(), text);
      if (order.contains(source)) {
        throw new IllegalArgumentException(
            "--images \"%s\" has %s twice".formatted(text, word.strip()));
      }
      order.add(source);
    }
    return List.copyOf(order);
  }

  private static ImageSource of(String word, String text) {
    for (ImageSource source : values()) {
      if (source.word().equals(word)) {
        return source;
      }
    }
    throw new IllegalArgumentException(
        "--images \"%s\": \"%s\" must be exact, local or pull, in the order in which they are tried"
            .formatted(text, word));
  }

  /** As settings spell it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
