/**
 * The JSON 1.1 protocol: SageMaker and Logs. Start with {@link io.sagelocal.api.json.JsonProtocol},
 * which reads, checks, dispatches and answers; a class per group of operations says what each does.
 * Requests are checked against the API model before a feature sees them.
 */
@NullMarked
package io.sagelocal.api.json;

import org.jspecify.annotations.NullMarked;
