package io.sagelocal.state;

import io.sagelocal.aws.Scope;

/** A record with where it lives. */
public record Stored<T>(Scope scope, String name, T value) {}
