/**
 * Buckets and objects on this disk: bytes in files with names of our own, everything else in an
 * index. Start with {@link io.sagelocal.fakes3.store.Store}. Knows no HTTP. Any thread may call; an
 * interrupt does not cut a call short, because it would close the index's file for everybody.
 */
@NullMarked
package io.sagelocal.fakes3.store;

import org.jspecify.annotations.NullMarked;
