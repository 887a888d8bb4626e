package io.sagelocal.hosting;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.InstanceType;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.serving.InstanceSpec.TimeLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model behind an endpoint.
 *
 * @param weight its share of the traffic, relative to the other variants'
 * @param routing which of its instances gets a request
 */
public record ProductionVariant(
    String name,
    String modelName,
    InstanceType instanceType,
    int instanceCount,
    double weight,
    RoutingStrategy routing,
    TimeLimits timeLimits) {
  private static final String DEFAULT_INSTANCE_TYPE = "ml.m4.xlarge";

  /** What this emulator has no answer to. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "ServerlessConfig",
          "AcceleratorType",
          "CoreDumpConfig",
          "ManagedInstanceScaling",
          "CapacityReservationConfig",
          "InferenceAmiVersion",
          "InstancePools");

  static ProductionVariant of(Document request) {
    String name = request.text("VariantName");
    for (String member : UNSUPPORTED) {
      if (request.has(member)) {
        throw ServiceError.validation(
            "Variant %s: %s is not supported by this emulator", name, member);
      }
    }
    if (request.flag("EnableSSMAccess")) {
      throw ServiceError.validation(
          "Variant %s: EnableSSMAccess is not supported by this emulator", name);
    }
    String modelName =
        request
            .findText("ModelName")
            .orElseThrow(() ->
                ServiceError.validation(
                    "Variant %s names no ModelName; inference components are not supported by this"
                        + " emulator",
                    name));
    Map<String, Object> members = request.members();
    return new ProductionVariant(
        name,
        modelName,
        new InstanceType(request.findText("InstanceType").orElse(DEFAULT_INSTANCE_TYPE)),
        request.findNumber("InitialInstanceCount").orElse(1L).intValue(),
        members.get("InitialVariantWeight") instanceof Number weight ? weight.doubleValue() : 1.0,
        RoutingStrategy.of(request),
        new TimeLimits(
            seconds(request, "ModelDataDownloadTimeoutInSeconds")
                .orElse(TimeLimits.DEFAULT.download()),
            seconds(request, "ContainerStartupHealthCheckTimeoutInSeconds")
                .orElse(TimeLimits.DEFAULT.health())));
  }

  /** This variant with another share of the traffic and number of instances. */
  ProductionVariant with(Capacity capacity) {
    return new ProductionVariant(
        name,
        modelName,
        instanceType,
        capacity.instances(),
        capacity.weight(),
        routing,
        timeLimits);
  }

  /** Its weight and how many instances it has. */
  Capacity capacity() {
    return new Capacity(weight, instanceCount);
  }

  private static Optional<Duration> seconds(Document request, String member) {
    return request.findNumber(member).map(Duration::ofSeconds);
  }
}
