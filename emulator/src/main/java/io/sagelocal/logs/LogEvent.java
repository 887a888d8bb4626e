package io.sagelocal.logs;

import java.time.Instant;

/**
 * A line of a stream.
 *
 * @param position where it begins in its stream, in bytes
 * @param at when it was written
 * @param ingested when the store got it
 */
public record LogEvent(long position, Instant at, Instant ingested, String message) {}
