package io.sagelocal.hosting;

import io.sagelocal.serving.ServingContext;
import io.sagelocal.state.Records;
import java.nio.file.Path;

/**
 * What an endpoint's run works with.
 *
 * @param instance the emulator's own identity, by which its containers are labelled
 * @param metrics where invocations are counted
 * @param endpointsFolder where endpoints' containers have their scratch folders
 */
public record HostingContext(
    Records<Endpoint> records,
    ServingContext serving,
    InvocationMetrics metrics,
    String instance,
    Path endpointsFolder) {}
