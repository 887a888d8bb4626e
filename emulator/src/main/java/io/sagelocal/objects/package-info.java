/**
 * The port to an S3 store. Start with {@link io.sagelocal.objects.ObjectStore} and {@link
 * io.sagelocal.objects.S3Uri}. Calls block and belong on virtual threads; bytes are streamed.
 */
@NullMarked
package io.sagelocal.objects;

import org.jspecify.annotations.NullMarked;
