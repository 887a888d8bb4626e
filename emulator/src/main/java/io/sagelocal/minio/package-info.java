/**
 * The {@code objects} port on the MinIO Java client, for any server that speaks S3. Start with
 * {@link io.sagelocal.minio.MinioObjectStore}. Calls block and stream.
 */
@NullMarked
package io.sagelocal.minio;

import org.jspecify.annotations.NullMarked;
