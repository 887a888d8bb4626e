package io.sagelocal.state;

/**
 * How a feature writes its records down: with a version, explicit type names, and paths relative to
 * the data folder, so that a later release can read what an earlier one wrote.
 */
public interface Codec<T> {

  byte[] encode(T value);

  /**
   * Reads what {@link #encode} wrote, in this version or an earlier one.
   *
   * @throws IllegalStateException naming the version or type that it does not know
   */
  T decode(byte[] bytes);
}
