/**
 * The {@code state} port on this disk. Start with {@link io.sagelocal.disk.DiskStateStore}, one H2
 * MVStore file in the data folder. Any thread may call it; writers take turns.
 */
@NullMarked
package io.sagelocal.disk;

import org.jspecify.annotations.NullMarked;
