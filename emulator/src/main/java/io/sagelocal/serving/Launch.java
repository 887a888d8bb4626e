package io.sagelocal.serving;

import io.sagelocal.account.ContainerAccess;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.Folder;
import io.sagelocal.engine.Limits;
import io.sagelocal.models.ModelData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** How a model container comes to run: its data, its network, its environment. */
final class Launch {
  private final ServingContext context;
  private final ModelServerSpec spec;
  private final Limits limits;
  private final BooleanSupplier abandoned;

  /**
   * @param limits how much of the machine a container that is started gets
   * @param abandoned asked while data is brought
   */
  Launch(ServingContext context, ModelServerSpec spec, Limits limits, BooleanSupplier abandoned) {
    this.context = context;
    this.spec = spec;
    this.limits = limits;
    this.abandoned = abandoned;
  }

  /**
   * Brings the container's data and starts it.
   *
   * @throws ServingFailure when the data or a folder for it cannot be had; nothing is left behind
   * @throws EngineException when the engine does not start it; nothing is left behind
   */
  ContainerId start() throws ServingFailure {
    String image = context.images().require(spec.container().image());
    context.engine().deleteFolder(spec.folder());
    try {
      List<Folder> folders = folders();
      if (spec.network() instanceof ContainerNetwork.Guarded own) {
        context.engine().createNetwork(own.name(), true, spec.instance().labels());
      }
      return context.engine().start(containerSpec(image, folders));
    } catch (EngineException | ServingFailure e) {
      ModelServer.discard(context.engine(), spec);
      throw e;
    }
  }

  private ContainerSpec containerSpec(String image, List<Folder> models) {
    Map<String, String> environment = new LinkedHashMap<>();
    List<Folder> folders = new ArrayList<>(models);
    if (spec.instance().model().isolated()) {
      environment.putAll(ContainerAccess.none(spec.instance().scope()));
    } else {
      ContainerAccess own = context.access().apply(spec.instance().scope());
      ContainerAccess access = spec.instance().model().role().map(own::as).orElse(own);
      environment.putAll(access.environment());
      folders.add(access.folder());
    }
    if (spec.container().multiModel()) {
      environment.put("SAGEMAKER_MULTI_MODEL", "true");
    }
    environment.putAll(spec.container().environment());
    Map<String, String> labels = new LinkedHashMap<>(spec.instance().labels());
    labels.put(ModelServer.GPUS_LABEL, String.join(",", limits.gpus()));
    return new ContainerSpec(
        spec.containerName(),
        image,
        Optional.empty(),
        List.of("serve"),
        environment,
        spec.container().hostname().orElse("model"),
        spec.network(),
        folders,
        List.of(ModelServer.PORT),
        labels,
        limits);
  }

  /** The folder of the model's files, filled; or of the models that come later. */
  private List<Folder> folders() throws ServingFailure {
    boolean multiModel = spec.container().multiModel();
    Path local = spec.folder().resolve(multiModel ? "models" : "model");
    try {
      Files.createDirectories(local);
    } catch (IOException e) {
      throw new ServingFailure(
          "Folder %s could not be made: %s".formatted(local, e.getMessage()), e);
    }
    Optional<ModelData> data = spec.container().data();
    if (data.isPresent()) {
      new ModelDownload(
              context.objects(),
              context.timeline(),
              spec.instance().timeLimits().download(),
              abandoned)
          .download(data.get(), local);
    }
    return List.of(new Folder(multiModel ? "/opt/ml/models" : "/opt/ml/model", local, true));
  }
}
