/**
 * An S3 store in a folder of this disk. Start with {@link io.sagelocal.fakes3.FakeS3}. Knows
 * nothing of the emulator; it has its own address and its own threads, and any thread may open and
 * close it.
 */
@NullMarked
package io.sagelocal.fakes3;

import org.jspecify.annotations.NullMarked;
