package io.sagelocal.serving;

/**
 * A model that a container with Mode MultiModel has loaded; it stays loaded while this is open.
 *
 * @param path where the container answers for it
 */
public record LoadedModel(String path, Runnable done) implements AutoCloseable {
  @Override
  public void close() {
    done.run();
  }
}
