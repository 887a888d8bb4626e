package io.sagelocal.logs;

import java.time.Instant;

/**
 * A line of a stream.
 *
 * @param at when it was written
 * @param ingested when the store got it
 */
public record LogEvent(Instant at, Instant ingested, String message) {}
