package io.sagelocal.engine;

/**
 * How a container ended.
 *
 * @param code exit status; 128 + n when signal n ended it
 * @param outOfMemory whether the kernel killed it for memory
 */
public record Exit(int code, boolean outOfMemory) {

  /** Tells whether the container ended by itself and well. */
  public boolean success() {
    return code == 0;
  }
}
