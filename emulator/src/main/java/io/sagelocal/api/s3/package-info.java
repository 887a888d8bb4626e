/**
 * S3 on the gateway's port where the store is another server: requests go on to it, streamed, and
 * signed anew with its keys. Start with {@link io.sagelocal.api.s3.S3Forwarder}. Runs on Jetty's
 * own threads.
 */
@NullMarked
package io.sagelocal.api.s3;

import org.jspecify.annotations.NullMarked;
