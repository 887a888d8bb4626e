package io.sagelocal.fakes3.store;

/**
 * A file with bytes of an object, or of one of its parts.
 *
 * @param id its number, which is also its name
 * @param length in bytes
 */
public record Segment(long id, long length) {}
