package io.sagelocal.logs;

import java.time.Instant;
import java.util.Optional;

/**
 * What DescribeLogStreams tells of a stream.
 *
 * @param storedBytes size on disk
 */
public record StreamSummary(
    String name,
    Instant created,
    Optional<Instant> firstEvent,
    Optional<Instant> lastEvent,
    Optional<Instant> lastIngestion,
    long storedBytes) {}
