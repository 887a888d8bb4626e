package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import io.sagelocal.engine.Labels;
import io.sagelocal.serving.InstanceSpec;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the instances of one endpoint are called, where their scratch is and how they are marked.
 */
record InstanceNames(HostingContext context, Scope scope, String endpoint) {
  private static final int SCOPE_DIGITS = 0xffff;

  /** The n-th instance of a variant. */
  InstanceSpec spec(Deployment deployment, ProductionVariant variant, int n) {
    String number = deployment.number() + "-" + n;
    return new InstanceSpec(
        scope,
        deployment.model(variant),
        "sagelocal-%s-%04x-endpoint_%s_%s_%s"
            .formatted(
                context.instance(),
                scope.hashCode() & SCOPE_DIGITS,
                endpoint,
                variant.name(),
                number),
        folder().resolve(variant.name()).resolve(number),
        Map.of(Labels.INSTANCE, context.instance(), Labels.ENDPOINT, endpoint, Labels.ARN, arn()),
        Endpoints.logGroup(endpoint),
        variant.name() + "/i",
        variant.instanceType(),
        variant.timeLimits());
  }

  /** Where all of the endpoint's instances have their scratch folders. */
  Path folder() {
    return context
        .endpointsFolder()
        .resolve(scope.account().digits())
        .resolve(scope.region().name())
        .resolve(endpoint);
  }

  /** The value of {@link Labels#ARN} of its containers. */
  String arn() {
    return scope.sagemaker("endpoint", endpoint).toString();
  }

  /** The names of every container of a deployment. */
  Set<String> containers(Deployment deployment) {
    Set<String> names = new HashSet<>();
    for (ProductionVariant variant : deployment.variants()) {
      for (int n = 0; n < variant.instanceCount(); n++) {
        names.addAll(spec(deployment, variant, n).containerNames());
      }
    }
    return names;
  }
}
