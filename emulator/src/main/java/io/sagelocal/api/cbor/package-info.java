/**
 * The Smithy RPC protocol with CBOR, which new SDKs speak to CloudWatch. Start with {@link
 * io.sagelocal.api.cbor.CborProtocol}.
 */
@NullMarked
package io.sagelocal.api.cbor;

import org.jspecify.annotations.NullMarked;
