/**
 * The query protocol: STS and IAM, form in, XML out. Start with {@link
 * io.sagelocal.api.query.QueryProtocol}.
 */
@NullMarked
package io.sagelocal.api.query;

import org.jspecify.annotations.NullMarked;
