/**
 * tar.gz files, made and unpacked without leaving their folder. Start with {@link
 * io.sagelocal.archive.TarGz}. A leaf: knows no job, no S3. Calls block and stream.
 */
@NullMarked
package io.sagelocal.archive;

import org.jspecify.annotations.NullMarked;
