/**
 * CloudWatch metrics. Start with {@link io.sagelocal.metrics.MetricStore}, which keeps them, and
 * {@link io.sagelocal.metrics.MetricDefinition}, which finds them in a job's log. A leaf: knows no
 * job; any thread.
 */
@NullMarked
package io.sagelocal.metrics;

import org.jspecify.annotations.NullMarked;
