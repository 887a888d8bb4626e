package io.sagelocal;

import io.sagelocal.account.ContainerAccess;
import io.sagelocal.account.RoleSession;
import io.sagelocal.api.Gateway;
import io.sagelocal.api.admin.AdminHandler;
import io.sagelocal.api.cbor.CborProtocol;
import io.sagelocal.api.invoke.FaultyInvocations;
import io.sagelocal.api.invoke.InvocationHandler;
import io.sagelocal.api.json.Hold;
import io.sagelocal.api.json.HostingOperations;
import io.sagelocal.api.json.JsonProtocol;
import io.sagelocal.api.json.LogGroupOperations;
import io.sagelocal.api.json.LogsOperations;
import io.sagelocal.api.json.MetricsOperations;
import io.sagelocal.api.json.Operations;
import io.sagelocal.api.json.SearchOperations;
import io.sagelocal.api.json.TagOperations;
import io.sagelocal.api.json.TrainingDescription;
import io.sagelocal.api.json.TrainingOperations;
import io.sagelocal.api.json.TransformOperations;
import io.sagelocal.api.query.QueryProtocol;
import io.sagelocal.aws.Scope;
import io.sagelocal.disk.DiskStateStore;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.faults.Faults;
import io.sagelocal.faults.FaultyEngine;
import io.sagelocal.hosting.AsyncInvocationCodec;
import io.sagelocal.hosting.AsyncInvocations;
import io.sagelocal.hosting.EndpointCodec;
import io.sagelocal.hosting.EndpointConfigs;
import io.sagelocal.hosting.Endpoints;
import io.sagelocal.hosting.HostingContext;
import io.sagelocal.hosting.InvocationMetrics;
import io.sagelocal.images.Images;
import io.sagelocal.logs.LogStore;
import io.sagelocal.machine.Machine;
import io.sagelocal.machine.Places;
import io.sagelocal.metrics.MetricStore;
import io.sagelocal.models.Models;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.serving.ServingContext;
import io.sagelocal.state.Records;
import io.sagelocal.state.StateStore;
import io.sagelocal.state.Timeline;
import io.sagelocal.tags.Tags;
import io.sagelocal.training.TrainingContext;
import io.sagelocal.training.TrainingJobCodec;
import io.sagelocal.training.TrainingJobs;
import io.sagelocal.transform.TransformContext;
import io.sagelocal.transform.TransformJobCodec;
import io.sagelocal.transform.TransformJobs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The whole graph, built with plain constructors: everything is wired here and nowhere else. */
public final class Server implements AutoCloseable {
  /** After that a container's client asks for its role's credentials again. */
  private static final Duration CREDENTIALS_LAST = Duration.ofHours(6);

  private final Parts parts = new Parts();
  private final GatewayReach reach;
  private final List<String> notes;
  private final Gateway gateway;
  private final TrainingJobs training;
  private final Endpoints endpoints;
  private final Deque<Runnable> resumptions = new ArrayDeque<>();
  private final TransformJobs transforms;
  private final Sweep sweep;

  private Server(Settings settings, ContainerEngine real, Timeline timeline, Duration modelPatience)
      throws IOException {
    Faults faults = new Faults();
    ContainerEngine engine = new FaultyEngine(real, faults, timeline, this::interrupt);
    Path data = settings.dataFolder();
    Files.createDirectories(data);
    this.reach = new GatewayReach(engine, data.resolve("containers-aws"), this::gateway);
    try {
      StateStore store = parts.add(DiskStateStore.open(data.resolve("state.mv")));
      String instance = InstanceId.of(data);
      OpenedStore s3 = OpenedStore.open(settings.store(), data, engine, instance, timeline);
      parts.add(s3.closing());
      this.notes = s3.notes();
      ObjectStore objects = s3.objects();
      if (settings.store().init().isPresent()) {
        settings.store().init().get().load(objects);
      }
      LogStore logs = new LogStore(data.resolve("logs"), timeline);
      MetricStore metrics = new MetricStore(data.resolve("metrics"));
      Machine machine = new Machine(engine, settings.machine());
      Places places = new Places(machine);
      Images images = new Images(engine, settings.images(), machine::cpuInstead);
      Tags tags = new Tags(store);
      Function<Scope, ContainerAccess> access = reach::access;
      this.training =
          parts.add(
              new TrainingJobs(
                  new TrainingContext(
                      new Records<>(store, TrainingJobs.KIND, new TrainingJobCodec(), timeline),
                      engine,
                      objects,
                      logs,
                      metrics,
                      images,
                      access,
                      timeline,
                      instance,
                      data.resolve("jobs"),
                      machine,
                      places,
                      settings.keepFailed())));
      Models models = new Models(store, timeline);
      EndpointConfigs configs = new EndpointConfigs(store, timeline, models);
      ServingContext serving =
          new ServingContext(engine, objects, logs, images, access, timeline, machine, places);
      InvocationMetrics invocations = parts.add(new InvocationMetrics(metrics, timeline));
      this.endpoints =
          parts.add(
              new Endpoints(
                  new HostingContext(
                      new Records<>(store, Endpoints.KIND, new EndpointCodec(), timeline),
                      serving,
                      invocations,
                      instance,
                      data.resolve("endpoints")),
                  configs,
                  models));
      AsyncInvocations asyncInvocations =
          parts.add(
              new AsyncInvocations(
                  new Records<>(store, AsyncInvocations.KIND, new AsyncInvocationCodec(), timeline),
                  endpoints.routing(),
                  objects,
                  invocations,
                  timeline,
                  data.resolve("async-answers")));
      this.transforms =
          parts.add(
              new TransformJobs(
                  new TransformContext(
                      new Records<>(store, TransformJobs.KIND, new TransformJobCodec(), timeline),
                      serving,
                      instance,
                      data.resolve("transforms")),
                  models));
      Resources resources = new Resources(training, models, configs, endpoints, transforms);
      this.sweep =
          new Sweep(
              engine,
              instance,
              Map.of(
                  "training-job", data.resolve("jobs"),
                  "transform-job", data.resolve("transforms"),
                  "endpoint", data.resolve("endpoints")),
              resources::has);
      TrainingDescription descriptions = new TrainingDescription(training);
      Hold hold = new Hold(settings.hold());
      HostingOperations hosting = new HostingOperations(models, configs, endpoints, tags, hold);
      Operations cloudwatch = OperationTables.cloudwatch(new MetricsOperations(metrics, timeline));
      JsonProtocol json =
          new JsonProtocol(
              List.of(
                  OperationTables.sagemaker(
                      new TrainingOperations(training, descriptions, tags, hold),
                      new SearchOperations(training, descriptions, hosting, tags),
                      hosting,
                      new TransformOperations(transforms, tags, hold),
                      new TagOperations(tags, resources::has)),
                  OperationTables.logs(new LogGroupOperations(logs), new LogsOperations(logs)),
                  cloudwatch),
              faults);
      resumptions.add(training.resumption()); // before anybody can ask for something new
      resumptions.add(endpoints.resumption());
      resumptions.add(asyncInvocations.resumption());
      resumptions.add(transforms.resumption());
      this.gateway =
          parts.add(
              Gateway.open(
                  settings.port(),
                  new Gateway.Services(
                      json,
                      new QueryProtocol(timeline, cloudwatch),
                      new CborProtocol(cloudwatch),
                      new FaultyInvocations(
                          new InvocationHandler(
                              endpoints.routing(), asyncInvocations, modelPatience),
                          faults,
                          timeline),
                      new AdminHandler(
                          faults,
                          new Reset(
                              engine,
                              instance,
                              training,
                              endpoints,
                              invocations,
                              transforms,
                              store,
                              logs,
                              metrics,
                              objects,
                              faults)),
                      s3.front(),
                      this::health,
                      token ->
                          RoleSession.ofToken(token)
                              .map(session ->
                                  session.credentials(timeline.now().plus(CREDENTIALS_LAST))))));
      parts.add(this::letGo); // closed first: S3 may be gone before the jobs that use it are told
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Opens the data folder, listens, and takes up what an earlier run left.
   *
   * @throws IOException when the folder or the port cannot be used, in one line
   */
  public static Server start(Settings settings, ContainerEngine engine, Timeline timeline)
      throws IOException {
    return start(settings, engine, timeline, InvocationHandler.PATIENCE);
  }

  /** The same, where model containers may be silent for another time than the service allows. */
  static Server start(
      Settings settings, ContainerEngine engine, Timeline timeline, Duration modelPatience)
      throws IOException {
    Server server = new Server(settings, engine, timeline, modelPatience);
    Thread.ofVirtual()
        .name("engine-first-contact")
        .start(new FirstContact(server.reach, server.sweep));
    while (!server.resumptions.isEmpty()) {
      server.resumptions.remove().run();
    }
    return server;
  }

  /** The emulator as clients on this machine reach it. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + gateway.port());
  }

  /** What a user wants to know when it has started, line by line. */
  public List<String> notes() {
    return notes;
  }

  /** How many jobs are on their way. */
  public int runningJobs() {
    return training.running() + transforms.running();
  }

  @Override
  public void close() {
    parts.close();
  }

  /** Begins the end: what fails from now on is no fault of a job. */
  void letGo() {
    training.letGo();
    transforms.letGo();
  }

  private Gateway gateway() {
    return gateway;
  }

  /** Takes a job's instances away. */
  private void interrupt(Scope scope, String job) {
    training.interrupt(scope, job);
  }

  private Map<String, Object> health() {
    return Map.of(
        "status",
        "running",
        "version",
        Version.OF_THIS,
        "docker",
        reach.isOpen() ? "running" : "not reached");
  }
}
