/**
 * Models: an image, the artifact it serves and its environment. Start with {@link
 * io.sagelocal.models.Models}. Knows no endpoint and runs nothing; any thread.
 */
@NullMarked
package io.sagelocal.models;

import org.jspecify.annotations.NullMarked;
