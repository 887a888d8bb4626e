/**
 * S3's HTTP protocol over a store. Start with {@link io.sagelocal.fakes3.http.S3Handler}, whose
 * table names every operation. Handlers block and belong on virtual threads; bodies are streamed.
 * Signatures are not checked.
 */
@NullMarked
package io.sagelocal.fakes3.http;

import org.jspecify.annotations.NullMarked;
