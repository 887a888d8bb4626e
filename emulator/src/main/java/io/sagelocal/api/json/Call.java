package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;

/**
 * A request that has passed the API model.
 *
 * @param userAgent what the client says it is; may be empty
 */
public record Call(Scope scope, Document request, String userAgent) {}
