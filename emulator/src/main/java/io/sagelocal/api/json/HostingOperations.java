package io.sagelocal.api.json;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.definitions.Definition;
import io.sagelocal.hosting.Endpoint;
import io.sagelocal.hosting.EndpointConfigs;
import io.sagelocal.hosting.Endpoints;
import io.sagelocal.hosting.ProductionVariant;
import io.sagelocal.models.Models;
import io.sagelocal.tags.Tags;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The Model, EndpointConfig and Endpoint operations. */
public final class HostingOperations {
  private static final Listing<Definition> DEFINITIONS =
      new Listing<>(
          one -> new Listing.Facts(one.name(), one.creationTime(), one.creationTime(), ""));
  private static final Listing<Endpoint> ENDPOINTS =
      new Listing<>(one ->
          new Listing.Facts(one.name(), one.creationTime(), one.lastModifiedTime(), one.status()));

  /** A Describe waits for the end of these. */
  private static final Set<String> UNDER_WAY = Set.of("Creating", "Updating", "Deleting");

  private final Models models;
  private final EndpointConfigs configs;
  private final Endpoints endpoints;
  private final Tags tags;
  private final Hold hold;

  public HostingOperations(
      Models models, EndpointConfigs configs, Endpoints endpoints, Tags tags, Hold hold) {
    this.models = models;
    this.configs = configs;
    this.endpoints = endpoints;
    this.tags = tags;
    this.hold = hold;
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html */
  public Map<String, Object> createModel(Call call) {
    Definition model = models.create(call.scope(), call.request());
    tags.add(model.arn(), TagOperations.tags(call.request()));
    return Map.of("ModelArn", model.arn().toString());
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html */
  public Map<String, Object> describeModel(Call call) {
    return model(models.require(call.scope(), call.request().text("ModelName")));
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModels.html */
  public Map<String, Object> listModels(Call call) {
    return DEFINITIONS.page(
        call.request(),
        models.list(call.scope()),
        "Models",
        one -> summary(one, "ModelName", "ModelArn"));
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModel.html */
  public Map<String, Object> deleteModel(Call call) {
    String name = call.request().text("ModelName");
    Definition model = models.require(call.scope(), name);
    models.delete(call.scope(), name);
    tags.forget(model.arn());
    return Map.of();
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html */
  public Map<String, Object> createConfig(Call call) {
    Definition config = configs.create(call.scope(), call.request());
    tags.add(config.arn(), TagOperations.tags(call.request()));
    return Map.of("EndpointConfigArn", config.arn().toString());
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpointConfig.html */
  public Map<String, Object> describeConfig(Call call) {
    return description(
        configs.require(call.scope(), call.request().text("EndpointConfigName")),
        "EndpointConfigArn");
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpointConfigs.html */
  public Map<String, Object> listConfigs(Call call) {
    return DEFINITIONS.page(
        call.request(),
        configs.list(call.scope()),
        "EndpointConfigs",
        one -> summary(one, "EndpointConfigName", "EndpointConfigArn"));
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html */
  public Map<String, Object> deleteConfig(Call call) {
    String name = call.request().text("EndpointConfigName");
    Definition config = configs.require(call.scope(), name);
    configs.delete(call.scope(), name);
    tags.forget(config.arn());
    return Map.of();
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html */
  public Map<String, Object> createEndpoint(Call call) {
    Endpoint endpoint = endpoints.create(call.scope(), call.request());
    tags.add(endpoint.arn(), TagOperations.tags(call.request()));
    return Map.of("EndpointArn", endpoint.arn().toString());
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html */
  public Map<String, Object> describeEndpoint(Call call) throws InterruptedException {
    String name = call.request().text("EndpointName");
    Endpoint now = endpoints.require(call.scope(), name);
    return description(
        hold.look(
            call,
            name,
            now,
            UNDER_WAY.contains(now.status()),
            patience -> endpoints.requireOnceNot(call.scope(), name, now.status(), patience)));
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html */
  public Map<String, Object> updateEndpoint(Call call) {
    return Map.of("EndpointArn", endpoints.update(call.scope(), call.request()).arn().toString());
  }

  /**
   * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html
   */
  public Map<String, Object> updateCapacities(Call call) {
    return Map.of(
        "EndpointArn", endpoints.updateCapacities(call.scope(), call.request()).arn().toString());
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpoints.html */
  public Map<String, Object> listEndpoints(Call call) {
    return ENDPOINTS.page(
        call.request(),
        endpoints.list(call.scope()),
        "Endpoints",
        one -> {
          Map<String, Object> summary = new LinkedHashMap<>();
          summary.put("EndpointName", one.name());
          summary.put("EndpointArn", one.arn().toString());
          summary.put("CreationTime", one.creationTime());
          summary.put("LastModifiedTime", one.lastModifiedTime());
          summary.put("EndpointStatus", one.status());
          return summary;
        });
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpoint.html */
  public Map<String, Object> deleteEndpoint(Call call) {
    String name = call.request().text("EndpointName");
    Endpoint endpoint = endpoints.require(call.scope(), name);
    endpoints.delete(call.scope(), name);
    tags.forget(endpoint.arn());
    hold.forget(call, name);
    return Map.of();
  }

  /** A resource as its Describe shows it. */
  record Described(String name, Arn arn, Map<String, Object> members) {}

  /** Every endpoint of an account and region. */
  List<Described> endpoints(Scope scope) {
    return endpoints.list(scope).stream()
        .map(one -> new Described(one.name(), one.arn(), description(one)))
        .toList();
  }

  /** Every model of an account and region. */
  List<Described> models(Scope scope) {
    return models.list(scope).stream()
        .map(one -> new Described(one.name(), one.arn(), model(one)))
        .toList();
  }

  private static Map<String, Object> model(Definition model) {
    Map<String, Object> answer = description(model, "ModelArn");
    answer.putIfAbsent("EnableNetworkIsolation", false);
    return answer;
  }

  private static Map<String, Object> description(Definition definition, String arnMember) {
    Map<String, Object> answer = new LinkedHashMap<>(definition.request().members());
    answer.remove("Tags");
    answer.put(arnMember, definition.arn().toString());
    answer.put("CreationTime", definition.creationTime());
    return answer;
  }

  private static Map<String, Object> description(Endpoint endpoint) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("EndpointName", endpoint.name());
    answer.put("EndpointArn", endpoint.arn().toString());
    answer.put("EndpointConfigName", endpoint.deployment().config().text("EndpointConfigName"));
    answer.put("EndpointStatus", endpoint.status());
    endpoint.failureReason().ifPresent(reason -> answer.put("FailureReason", reason));
    answer.put("CreationTime", endpoint.creationTime());
    answer.put("LastModifiedTime", endpoint.lastModifiedTime());
    answer.put("ProductionVariants", variants(endpoint));
    Document config = endpoint.deployment().config();
    config
        .findDocument("AsyncInferenceConfig")
        .ifPresent(async -> answer.put("AsyncInferenceConfig", async.members()));
    return answer;
  }

  private static List<Map<String, Object>> variants(Endpoint endpoint) {
    Map<String, ProductionVariant> desired = new HashMap<>();
    endpoint.desiredVariants().forEach(variant -> desired.put(variant.name(), variant));
    Map<String, Document> asked = new HashMap<>();
    for (Document each : endpoint.deployment().config().documents("ProductionVariants")) {
      asked.put(each.text("VariantName"), each);
    }
    return endpoint.variants().stream()
        .map(variant -> {
          ProductionVariant then = desired.getOrDefault(variant.name(), variant);
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("VariantName", variant.name());
          one.put("CurrentWeight", variant.weight());
          one.put("DesiredWeight", then.weight());
          one.put("CurrentInstanceCount", endpoint.serves() ? variant.instanceCount() : 0);
          one.put("DesiredInstanceCount", then.instanceCount());
          Optional.ofNullable(asked.get(variant.name()))
              .flatMap(request -> request.findDocument("RoutingConfig"))
              .ifPresent(routing -> one.put("RoutingConfig", routing.members()));
          return one;
        })
        .toList();
  }

  private static Map<String, Object> summary(Definition one, String nameMember, String arnMember) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put(nameMember, one.name());
    summary.put(arnMember, one.arn().toString());
    summary.put("CreationTime", one.creationTime());
    return summary;
  }
}
