package io.sagelocal.fakes3.store;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;
import java.time.Instant;
import java.util.Optional;

/**
 * A multipart upload on its way.
 *
 * @param attributes of the object that it will become
 * @param algorithm of the checksum that the object shall have
 * @param composite whether that will be a sum over the sums of the parts, not of all bytes
 */
public record Upload(
    String id,
    String bucket,
    String key,
    Instant initiated,
    Attributes attributes,
    Optional<ChecksumAlgorithm> algorithm,
    boolean composite) {}
