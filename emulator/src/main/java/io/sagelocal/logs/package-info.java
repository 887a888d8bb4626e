/**
 * CloudWatch Logs: groups, streams and events, kept as append-only files. Start with {@link
 * io.sagelocal.logs.LogStore}; {@link io.sagelocal.logs.LogStream} is one stream with one writer
 * and any number of readers, who see whole lines only. A leaf: knows no job.
 */
@NullMarked
package io.sagelocal.logs;

import org.jspecify.annotations.NullMarked;
