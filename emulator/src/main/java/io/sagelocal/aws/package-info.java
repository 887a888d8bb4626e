/**
 * Words every AWS service shares: ARNs, regions, accounts, tags, page tokens, request documents and
 * the error a service answers. Start with {@link io.sagelocal.aws.Arn} and {@link
 * io.sagelocal.aws.ServiceError}. Values only, immutable, usable from any thread; depends on the
 * JDK alone and knows nothing of HTTP.
 */
@NullMarked
package io.sagelocal.aws;

import org.jspecify.annotations.NullMarked;
