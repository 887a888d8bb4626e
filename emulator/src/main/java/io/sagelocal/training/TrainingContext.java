package io.sagelocal.training;

import io.sagelocal.account.ContainerAccess;
import io.sagelocal.aws.Scope;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.images.Images;
import io.sagelocal.logs.LogStore;
import io.sagelocal.machine.Machine;
import io.sagelocal.machine.Places;
import io.sagelocal.metrics.MetricStore;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.state.Records;
import io.sagelocal.state.Timeline;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What a job's run works with.
 *
 * @param access what lets a container of an account and region reach the emulator; may ask the
 *     engine
 * @param instance the emulator's own identity, by which its containers are labelled
 * @param jobsFolder where jobs have their scratch folders
 * @param machine what a host gets of this machine
 * @param places where hosts wait for it
 * @param keepFailed whether a failed job's containers and folder stay, to be looked into
 */
public record TrainingContext(
    Records<TrainingJob> records,
    ContainerEngine engine,
    ObjectStore objects,
    LogStore logs,
    MetricStore metrics,
    Images images,
    Function<Scope, ContainerAccess> access,
    Timeline timeline,
    String instance,
    Path jobsFolder,
    Machine machine,
    Places places,
    boolean keepFailed) {}
