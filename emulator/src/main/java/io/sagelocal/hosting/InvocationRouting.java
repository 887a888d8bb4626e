package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.state.Records;
import java.util.List;
import java.util.Optional;

/** Where invocations go, or why they go nowhere. Any thread. */
public final class InvocationRouting {
  private final Records<Endpoint> records;
  private final EndpointRuns runs;

  InvocationRouting(Records<Endpoint> records, EndpointRuns runs) {
    this.records = records;
    this.runs = runs;
  }

  /**
   * Claims the instance that answers an invocation; empty when there is none. Does not wait.
   *
   * @throws ServiceError a ValidationError when there is no such container or model
   */
  public Optional<Route> find(Scope scope, String name, InvocationTarget target) {
    return runs.find(scope, name).flatMap(run -> run.route(target));
  }

  /**
   * Claims the instance that answers an invocation, or waits for the record that tells why there is
   * none.
   *
   * @throws ServiceError ValidationError when there is no such endpoint, variant, container or
   *     model or it is not in service, ServiceUnavailable while its containers are started again
   */
  public Route route(Scope scope, String name, InvocationTarget target) {
    Optional<Endpoint> endpoint = records.find(scope, name);
    // after the record is read: an endpoint that has come into service meanwhile has its instances
    return find(scope, name, target).orElseThrow(() -> refusal(scope, name, endpoint, target));
  }

  /**
   * How an endpoint answers to S3.
   *
   * @throws ServiceError a ValidationError when there is no such endpoint, it is not in service or
   *     does not answer to S3
   */
  AsyncRules requireAsync(Scope scope, String name) {
    Optional<Endpoint> found = records.find(scope, name);
    Endpoint endpoint =
        found
            .filter(Endpoint::serves)
            .orElseThrow(() -> refusal(scope, name, found, InvocationTarget.ASYNC));
    return AsyncRules.of(endpoint.deployment().config())
        .orElseThrow(() ->
            new ServiceError(
                "ValidationError",
                "Endpoint %s has no AsyncInferenceConfig; use InvokeEndpoint".formatted(name)));
  }

  /** How many invocations an endpoint that answers to S3 has at a time. */
  int requireAsyncSlots(Scope scope, String name) {
    return requireAsync(scope, name).perInstance()
        * records.find(scope, name).stream()
            .flatMap(endpoint -> endpoint.variants().stream())
            .mapToInt(ProductionVariant::instanceCount)
            .sum();
  }

  /** The one variant of an endpoint that answers to S3; empty when that is gone. */
  Optional<String> asyncVariant(Scope scope, String name) {
    return records.find(scope, name).map(endpoint -> endpoint.variants().getFirst().name());
  }

  /** Why an invocation has nowhere to go. */
  private static ServiceError refusal(
      Scope scope, String name, Optional<Endpoint> endpoint, InvocationTarget target) {
    if (endpoint.isEmpty()) {
      return new ServiceError(
          "ValidationError",
          "Endpoint %s of account %s not found.".formatted(name, scope.account()));
    }
    if (!endpoint.get().serves()) {
      return new ServiceError(
          "ValidationError",
          "Endpoint %s of account %s is not InService but %s."
              .formatted(name, scope.account(), endpoint.get().status()));
    }
    List<String> variants =
        endpoint.get().variants().stream().map(ProductionVariant::name).toList();
    return target.variant().filter(asked -> !variants.contains(asked)).isEmpty()
        ? new ServiceError(
            "ServiceUnavailable",
            "No container of endpoint %s is up; they are being started again.".formatted(name))
        : new ServiceError(
            "ValidationError",
            "Endpoint %s has no variant %s; it has %s."
                .formatted(name, target.variant().orElse(""), String.join(", ", variants)));
  }
}
