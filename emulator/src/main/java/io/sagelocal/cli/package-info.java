/**
 * The command line: one class per command, with its options as picocli's annotations. Start with
 * {@link io.sagelocal.cli.Sagelocal}, which knows all commands; {@link
 * io.sagelocal.cli.SettingsFlags} holds the flags that become {@link io.sagelocal.Settings}.
 * Commands run on the main thread.
 */
@NullMarked
package io.sagelocal.cli;

import org.jspecify.annotations.NullMarked;
