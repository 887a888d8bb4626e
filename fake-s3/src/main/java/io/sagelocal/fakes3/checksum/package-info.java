/**
 * The checksums that S3 clients send and want back. Start with {@link
 * io.sagelocal.fakes3.checksum.ChecksumAlgorithm}. No threads, no state beyond a running sum.
 */
@NullMarked
package io.sagelocal.fakes3.checksum;

import org.jspecify.annotations.NullMarked;
