package io.sagelocal.hosting;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.InstanceType;
import java.util.Map;

/**
 * A model behind an endpoint.
 *
 * @param weight its share of the traffic, relative to the other variants'
 */
public record ProductionVariant(
    String name, String modelName, InstanceType instanceType, int instanceCount, double weight) {
  private static final String DEFAULT_INSTANCE_TYPE = "ml.m4.xlarge";

  static ProductionVariant of(Document request) {
    Map<String, Object> members = request.members();
    return new ProductionVariant(
        request.text("VariantName"),
        request.findText("ModelName").orElse(""),
        new InstanceType(request.findText("InstanceType").orElse(DEFAULT_INSTANCE_TYPE)),
        request.findNumber("InitialInstanceCount").orElse(1L).intValue(),
        members.get("InitialVariantWeight") instanceof Number weight ? weight.doubleValue() : 1.0);
  }
}
