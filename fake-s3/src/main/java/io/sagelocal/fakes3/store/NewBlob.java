package io.sagelocal.fakes3.store;

import java.io.OutputStream;

/**
 * Bytes under way into a file, or a stretch of one; nobody's until their segment is an object's.
 */
public final class NewBlob {
  private final long id;
  private final long offset;
  private final OutputStream out;
  private final Runnable discarding;

  /**
   * @param offset where in the file they begin
   * @param discarding what is done when they are given up
   */
  NewBlob(long id, long offset, OutputStream out, Runnable discarding) {
    this.id = id;
    this.offset = offset;
    this.out = out;
    this.discarding = discarding;
  }

  /** Takes the bytes; to be closed before they are put anywhere. */
  public OutputStream out() {
    return out;
  }

  /** Where the bytes are, once so many were written. */
  public Segment segment(long length) {
    return new Segment(id, offset, length);
  }

  /** Gives up what was written and not put anywhere. */
  public void discard() {
    discarding.run();
  }
}
