package io.sagelocal.fakes3.store;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;

/**
 * A checksum that a client asked to be kept.
 *
 * @param value Base64; of a composite one with {@code -N} behind it
 * @param composite whether it is a sum over the sums of parts
 */
public record ObjectChecksum(ChecksumAlgorithm algorithm, String value, boolean composite) {}
