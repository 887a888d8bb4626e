package io.sagelocal.transform;

import io.sagelocal.serving.ServingContext;
import io.sagelocal.state.Records;
import java.nio.file.Path;

/**
 * What a job's run works with.
 *
 * @param instance the emulator's own identity, by which its containers are labelled
 * @param jobsFolder where jobs have their scratch folders
 */
public record TransformContext(
    Records<TransformJob> records, ServingContext serving, String instance, Path jobsFolder) {}
