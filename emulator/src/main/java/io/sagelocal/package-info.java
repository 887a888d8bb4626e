/**
 * The program: {@link io.sagelocal.Main} reads the command line and {@link io.sagelocal.Settings},
 * {@link io.sagelocal.Server} builds the whole graph with plain constructors, starts it and closes
 * it. The only package that sees every other.
 */
@NullMarked
package io.sagelocal;

import org.jspecify.annotations.NullMarked;
