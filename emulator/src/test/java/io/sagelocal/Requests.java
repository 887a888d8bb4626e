package io.sagelocal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Requests as a client would make them. */
final class Requests {
  private Requests() {}

  static Map<String, Object> trainingJob(String name, String image) {
    Map<String, Object> request = new HashMap<>();
    request.put("TrainingJobName", name);
    request.put(
        "AlgorithmSpecification", Map.of("TrainingImage", image, "TrainingInputMode", "File"));
    request.put("RoleArn", TestServer.ROLE);
    request.put("OutputDataConfig", Map.of("S3OutputPath", "s3://" + TestServer.BUCKET + "/out"));
    request.put(
        "ResourceConfig",
        Map.of("InstanceType", "ml.c4.xlarge", "InstanceCount", 1, "VolumeSizeInGB", 1));
    request.put("StoppingCondition", Map.of("MaxRuntimeInSeconds", 3600));
    return request;
  }

  static Map<String, Object> channel(String name, String uri) {
    return Map.of(
        "ChannelName",
        name,
        "DataSource",
        Map.of("S3DataSource", Map.of("S3DataType", "S3Prefix", "S3Uri", uri)));
  }

  static Map<String, Object> model(String name, String image, String artifact) {
    return Map.of(
        "ModelName",
        name,
        "ExecutionRoleArn",
        TestServer.ROLE,
        "PrimaryContainer",
        Map.of("Image", image, "ModelDataUrl", artifact, "Environment", Map.of("A", "b")));
  }

  /** A model that is all in its image. */
  static Map<String, Object> imageModel(String name, String image) {
    return Map.of(
        "ModelName",
        name,
        "ExecutionRoleArn",
        TestServer.ROLE,
        "PrimaryContainer",
        Map.of("Image", image, "Environment", Map.of("A", "b")));
  }

  /** Transforms what is under {@code in/} to {@code out}. */
  static Map<String, Object> transformJob(String name, String model) {
    Map<String, Object> source =
        Map.of("S3DataType", "S3Prefix", "S3Uri", "s3://" + TestServer.BUCKET + "/in/");
    Map<String, Object> request = new HashMap<>();
    request.put("TransformJobName", name);
    request.put("ModelName", model);
    request.put(
        "TransformInput", new HashMap<>(Map.of("DataSource", Map.of("S3DataSource", source))));
    request.put(
        "TransformOutput",
        new HashMap<>(Map.of("S3OutputPath", "s3://" + TestServer.BUCKET + "/out")));
    request.put(
        "TransformResources",
        new HashMap<>(Map.of("InstanceType", "ml.c4.xlarge", "InstanceCount", 1)));
    return request;
  }

  static Map<String, Object> input(Map<String, Object> request) {
    return member(request, "TransformInput");
  }

  static Map<String, Object> output(Map<String, Object> request) {
    return member(request, "TransformOutput");
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> member(Map<String, Object> request, String name) {
    return (Map<String, Object>) Objects.requireNonNull(request.get(name));
  }

  static Map<String, Object> config(String name, String model) {
    return config(name, model, 1);
  }

  static Map<String, Object> config(String name, String model, int instances) {
    return Map.of(
        "EndpointConfigName",
        name,
        "ProductionVariants",
        List.of(
            Map.of(
                "VariantName",
                "AllTraffic",
                "ModelName",
                model,
                "InitialInstanceCount",
                instances,
                "InstanceType",
                "ml.c4.xlarge")));
  }

  static Map<String, Object> endpoint(String name, String config) {
    return Map.of("EndpointName", name, "EndpointConfigName", config);
  }
}
