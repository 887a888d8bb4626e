/**
 * S3 on the gateway's port: requests go on, streamed, to the store behind. Start with {@link
 * io.sagelocal.api.s3.S3Handler}. Runs on Jetty's own threads and never blocks on a body.
 */
@NullMarked
package io.sagelocal.api.s3;

import org.jspecify.annotations.NullMarked;
