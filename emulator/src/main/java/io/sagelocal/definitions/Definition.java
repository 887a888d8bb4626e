package io.sagelocal.definitions;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import java.time.Instant;

/** A resource that only keeps its Create request, as it came. */
public record Definition(Arn arn, String name, Document request, Instant creationTime) {}
