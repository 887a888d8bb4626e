package io.sagelocal.serving;

import io.sagelocal.account.ContainerAccess;
import io.sagelocal.aws.Scope;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.images.Images;
import io.sagelocal.logs.LogStore;
import io.sagelocal.machine.Machine;
import io.sagelocal.machine.Places;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.state.Timeline;
import java.util.function.Function;

/**
 * What a model container's life needs.
 *
 * @param access what lets a container of an account and region reach the emulator; may ask the
 *     engine
 * @param machine what a container gets of this machine
 * @param places where its GPUs come from
 */
public record ServingContext(
    ContainerEngine engine,
    ObjectStore objects,
    LogStore logs,
    Images images,
    Function<Scope, ContainerAccess> access,
    Timeline timeline,
    Machine machine,
    Places places) {}
