package io.sagelocal.hosting;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.hosting.EndpointState.Creating;
import io.sagelocal.hosting.EndpointState.Deleting;
import io.sagelocal.hosting.EndpointState.Failed;
import io.sagelocal.hosting.EndpointState.InService;
import io.sagelocal.hosting.EndpointState.Updating;
import io.sagelocal.models.Models;
import io.sagelocal.state.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates, shows, updates and deletes Endpoints, as callers of the API ask. */
public final class Endpoints implements AutoCloseable {
  /** The kind of record an endpoint is. */
  public static final String KIND = "endpoint";

  private static final Logger log = LoggerFactory.getLogger(Endpoints.class);

  /** An endpoint whose container cannot be removed goes on trying, but nobody waits for it. */
  private static final Duration DELETE_PATIENCE = Duration.ofMinutes(1);

  private final HostingContext context;
  private final EndpointConfigs configs;
  private final Models models;
  private final EndpointRuns runs;
  private final InvocationRouting routing;

  public Endpoints(HostingContext context, EndpointConfigs configs, Models models) {
    this.context = context;
    this.configs = configs;
    this.models = models;
    this.runs = new EndpointRuns(context);
    this.routing = new InvocationRouting(context.records(), runs);
  }

  /** The log group of an endpoint's containers. */
  public static String logGroup(String endpointName) {
    return "/aws/sagemaker/Endpoints/" + endpointName;
  }

  /**
   * What takes up every endpoint that an earlier run of the emulator left, and none that is made
   * meanwhile.
   */
  public Runnable resumption() {
    List<Stored<Endpoint>> left = context.records().all();
    return () -> left.forEach(stored -> runs.begin(stored.scope(), stored.name()));
  }

  /**
   * Records an endpoint and begins to start it.
   *
   * @throws ServiceError a ValidationException when the name is taken or the configuration, or a
   *     Model of its, does not exist
   */
  public Endpoint create(Scope scope, Document request) {
    String name = request.text("EndpointName");
    DeploymentRules.check(request);
    Instant now = context.serving().timeline().now();
    Deployment deployment = deployment(0, scope, request);
    Endpoint endpoint = new Endpoint(arn(scope, name), name, deployment, now, now, new Creating());
    context
        .records()
        .create(
            scope,
            name,
            endpoint,
            () ->
                ServiceError.validation(
                    "Cannot create already existing endpoint \"%s\".", endpoint.arn()));
    runs.begin(scope, name);
    return endpoint;
  }

  public Optional<Endpoint> find(Scope scope, String name) {
    return context.records().find(scope, name);
  }

  /**
   * Shows an endpoint.
   *
   * @throws ServiceError a ValidationException when there is none of that name
   */
  public Endpoint require(Scope scope, String name) {
    return find(scope, name).orElseThrow(() -> unknown(scope, name));
  }

  /** Shows an endpoint once its status is no longer the given one, or when the patience is over. */
  public Endpoint requireOnceNot(Scope scope, String name, String status, Duration patience)
      throws InterruptedException {
    return context
        .records()
        .await(scope, name, endpoint -> !endpoint.status().equals(status), patience)
        .orElseThrow(() -> unknown(scope, name));
  }

  public List<Endpoint> list(Scope scope) {
    return context.records().list(scope);
  }

  /**
   * Begins to put another configuration in the place of the present one, which answers until the
   * new one's instances are all healthy.
   *
   * @throws ServiceError a ValidationException when there is none of that name, it is not in
   *     service, or the configuration or a Model of its does not exist
   */
  public Endpoint update(Scope scope, Document request) {
    DeploymentRules.check(request);
    Endpoint before = require(scope, request.text("EndpointName"));
    Deployment next = deployment(before.deployment().number() + 1, scope, request);
    return begin(
        scope,
        before,
        next.with(DeploymentRules.retained(request, before.variants(), next.variants())));
  }

  /**
   * Begins to change the weights and numbers of instances of variants.
   *
   * @throws ServiceError a ValidationException when there is no endpoint or variant of that name,
   *     or it is not in service
   */
  public Endpoint updateCapacities(Scope scope, Document request) {
    Endpoint before = require(scope, request.text("EndpointName"));
    Map<String, Capacity> changes =
        DeploymentRules.capacities(
            request.documents("DesiredWeightsAndCapacities"), before.name(), before.variants());
    return begin(scope, before, before.deployment().with(changes));
  }

  /** The update that finds another one under way, or the one it was made for gone, is refused. */
  private Endpoint begin(Scope scope, Endpoint before, Deployment next) {
    Instant now = context.serving().timeline().now();
    Endpoint after =
        context
            .records()
            .update(
                scope,
                before.name(),
                endpoint -> {
                  if (!(endpoint.state() instanceof InService)
                      || !endpoint.deployment().isAt(before.deployment())) {
                    throw ServiceError.validation(
                        endpoint.state() instanceof Failed
                            ? "Cannot update failed endpoint \"%s\"."
                            : "Cannot update in-progress endpoint \"%s\".",
                        endpoint.arn());
                  }
                  return endpoint.in(new Updating(next), now);
                })
            .orElseThrow(() -> unknown(scope, before.name()));
    runs.find(scope, before.name()).ifPresent(EndpointRun::changed);
    return after;
  }

  private Deployment deployment(int number, Scope scope, Document request) {
    Document config = configs.require(scope, request.text("EndpointConfigName")).request();
    Map<String, Document> used = new HashMap<>();
    for (ProductionVariant variant : EndpointConfigs.variants(config)) {
      used.put(variant.modelName(), models.require(scope, variant.modelName()).request());
    }
    return new Deployment(number, config, used, Map.of());
  }

  /**
   * Deletes an endpoint, also one that is still starting; its record goes when its container has.
   *
   * @throws ServiceError a ValidationException when there is none of that name
   */
  public void delete(Scope scope, String name) {
    Instant now = context.serving().timeline().now();
    if (context
        .records()
        .update(scope, name, endpoint -> endpoint.in(new Deleting(), now))
        .isEmpty()) {
      throw unknown(scope, name);
    }
    runs.find(scope, name).ifPresent(EndpointRun::deleteRequested);
  }

  /** Deletes every endpoint of these accounts, also those that are still starting. */
  public void deleteAll(Predicate<AccountId> accounts) {
    for (Stored<Endpoint> stored : context.records().all()) {
      if (accounts.test(stored.scope().account())) {
        try {
          delete(stored.scope(), stored.name());
        } catch (ServiceError e) {
          log.debug("endpoint {} is gone already", stored.name());
        }
      }
    }
  }

  /** Waits until no endpoint of these accounts is left. */
  public void awaitNone(Predicate<AccountId> accounts) throws InterruptedException {
    for (Stored<Endpoint> stored : context.records().all()) {
      if (accounts.test(stored.scope().account())) {
        context.records().await(stored.scope(), stored.name(), endpoint -> false, DELETE_PATIENCE);
      }
    }
  }

  /** Where invocations of these endpoints go. */
  public InvocationRouting routing() {
    return routing;
  }

  /** Stops the containers; the endpoints stay on record and are started again by a next start. */
  @Override
  public void close() {
    runs.close();
  }

  private static Arn arn(Scope scope, String name) {
    return scope.sagemaker("endpoint", name);
  }

  private static ServiceError unknown(Scope scope, String name) {
    return ServiceError.validation("Could not find endpoint \"%s\".", arn(scope, name));
  }
}
