package io.sagelocal.fakes3.store;

/**
 * A stretch of a file, with bytes of an object or of one of its parts.
 *
 * @param id number of the file, which is also its name
 * @param offset where it begins, in bytes
 * @param length in bytes
 */
public record Segment(long id, long offset, long length) {

  /** A file as a whole, or all that counts of it. */
  Segment(long id, long length) {
    this(id, 0, length);
  }

  /** Whether the other lies right behind, in the same file. */
  boolean isFollowedBy(Segment next) {
    return id == next.id && offset + length == next.offset;
  }

  /** Both, where one follows the other. */
  Segment with(Segment next) {
    return new Segment(id, offset, length + next.length);
  }
}
