package io.sagelocal.training;

import io.sagelocal.account.ContainerAccess;
import io.sagelocal.aws.Scope;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.Folder;
import io.sagelocal.engine.Labels;
import io.sagelocal.training.TrainingState.Training;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The containers of one job: one per host, found again by their names. Several hosts share a
 * network of their own; a single one needs none.
 */
final class HostContainers {
  private static final int SCOPE_DIGITS = 0xffff;

  private final TrainingContext context;
  private final Scope scope;
  private final TrainingJob job;
  private final JobFolder folder;

  HostContainers(TrainingContext context, Scope scope, TrainingJob job, JobFolder folder) {
    this.context = context;
    this.scope = scope;
    this.job = job;
    this.folder = folder;
  }

  /** The containers by host, running or ended; empty unless all of them are there. */
  Optional<Map<String, ContainerId>> find() {
    Map<String, ContainerId> found = new LinkedHashMap<>();
    for (String host : job.spec().hosts()) {
      context.engine().find(name(host)).ifPresent(id -> found.put(host, id));
    }
    return found.size() == job.spec().hosts().size() ? Optional.of(found) : Optional.empty();
  }

  /** Makes the network, where the hosts need one; takes a while, so do it beside other work. */
  void makeNetwork() {
    if (network() instanceof ContainerNetwork.Named own) {
      context.engine().createNetwork(own.name(), job.spec().isolated(), labels());
    }
  }

  /** Starts every host's container, or leaves none behind. */
  Map<String, ContainerId> start(String image, Training training) {
    makeNetwork();
    List<String> hosts = job.spec().hosts();
    List<ContainerId> ids =
        context
            .engine()
            .startTogether(
                hosts.stream().map(host -> spec(host, image, training.gpusOf(host))).toList());
    Map<String, ContainerId> started = new LinkedHashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      started.put(hosts.get(i), ids.get(i));
    }
    return started;
  }

  /** Removes whatever containers of the job there are. */
  void remove() {
    ContainerEngine engine = context.engine();
    for (String host : job.spec().hosts()) {
      engine.find(name(host)).ifPresent(engine::remove);
    }
  }

  /** Removes the network, after the containers. */
  void removeNetwork() {
    if (network() instanceof ContainerNetwork.Named own) {
      context.engine().removeNetwork(own.name());
    }
  }

  private ContainerNetwork network() {
    if (job.spec().hosts().size() > 1) {
      return new ContainerNetwork.Named(prefix());
    }
    return job.spec().isolated() ? new ContainerNetwork.None() : new ContainerNetwork.Standard();
  }

  private ContainerSpec spec(String host, String image, List<String> gpus) {
    TrainingJobSpec spec = job.spec();
    ContainerAccess access = context.access().apply(scope).as(spec.request().text("RoleArn"));
    Map<String, String> environment = new LinkedHashMap<>(access.environment());
    environment.putAll(spec.environment());
    environment.put("TRAINING_JOB_NAME", spec.name());
    environment.put("TRAINING_JOB_ARN", job.arn().toString());
    List<Folder> folders = new ArrayList<>(folder.folders(host, spec.checkpointsPath()));
    folders.addAll(ChannelFolders.layered(spec, folder, host));
    folders.add(access.folder());
    boolean ownEntrypoint = !spec.entrypoint().isEmpty();
    return new ContainerSpec(
        name(host),
        image,
        ownEntrypoint ? Optional.of(spec.entrypoint()) : Optional.empty(),
        ownEntrypoint || !spec.arguments().isEmpty() ? spec.arguments() : List.of("train"),
        environment,
        host,
        network(),
        folders,
        List.of(),
        labels(),
        context.machine().limits(spec.groupOf(host).type()).withGpus(gpus));
  }

  private Map<String, String> labels() {
    return Map.of(
        Labels.INSTANCE, context.instance(),
        Labels.JOB, job.spec().name(),
        Labels.ARN, job.arn().toString());
  }

  private String name(String host) {
    return prefix() + "-" + host;
  }

  /** Two accounts or regions may have jobs of one name, so the scope is part of it. */
  private String prefix() {
    return "sagelocal-%s-%04x-%s"
        .formatted(context.instance(), scope.hashCode() & SCOPE_DIGITS, job.spec().name());
  }
}
