package io.sagelocal.training;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.metrics.MetricDefinition;
import io.sagelocal.objects.S3Uri;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a TrainingJob shall do, as its creator asked.
 *
 * @param request the CreateTrainingJob request as it came, with the members nothing here reads
 * @param compressed whether the outputs become archives, not single objects
 */
public record TrainingJobSpec(
    Document request,
    String name,
    String image,
    List<String> entrypoint,
    List<String> arguments,
    List<MetricDefinition> metricDefinitions,
    Map<String, String> hyperParameters,
    Map<String, String> environment,
    List<Channel> channels,
    Optional<CheckpointConfig> checkpoints,
    S3Uri outputPath,
    boolean compressed,
    List<InstanceGroup> groups,
    Duration maxRuntime) {
  private static final Duration DEFAULT_MAX_RUNTIME = Duration.ofDays(1);

  /**
   * Reads a request that the API model has passed.
   *
   * @throws ServiceError a ValidationException for what this emulator cannot do
   */
  public static TrainingJobSpec of(Document request) {
    Document algorithm = request.document("AlgorithmSpecification");
    String image =
        algorithm
            .findText("TrainingImage")
            .orElseThrow(() ->
                ServiceError.validation(
                    "AlgorithmSpecification.TrainingImage is missing; AlgorithmName is not supported"
                        + " by this emulator"));
    Document output = request.document("OutputDataConfig");
    String inputMode = algorithm.text("TrainingInputMode");
    List<Channel> channels =
        request.documents("InputDataConfig").stream()
            .map(channel -> Channel.of(channel, inputMode))
            .toList();
    requireDistinct(channels);
    List<InstanceGroup> groups = InstanceGroup.of(request.document("ResourceConfig"));
    requireGroups(channels, request.document("ResourceConfig").documents("InstanceGroups"));
    return new TrainingJobSpec(
        request,
        request.text("TrainingJobName"),
        image,
        algorithm.texts("ContainerEntrypoint"),
        algorithm.texts("ContainerArguments"),
        algorithm.documents("MetricDefinitions").stream().map(MetricDefinition::of).toList(),
        request.textMap("HyperParameters"),
        request.textMap("Environment"),
        channels,
        request.findDocument("CheckpointConfig").map(CheckpointConfig::of),
        S3Uri.parse(output.text("S3OutputPath")),
        !output.findText("CompressionType").orElse("").equals("NONE"),
        groups,
        maxRuntime(request));
  }

  /** The job's host names: {@code algo-1}, {@code algo-2}, … */
  List<String> hosts() {
    return groups.stream().flatMap(group -> group.hosts().stream()).toList();
  }

  /** The hosts that get a channel. */
  List<String> hostsOf(Channel channel) {
    List<String> wanted = channel.source().instanceGroups();
    return hosts().stream()
        .filter(host -> wanted.isEmpty() || wanted.contains(groupOf(host).name()))
        .toList();
  }

  /** The channels that a host gets. */
  List<Channel> channelsOf(String host) {
    return channels.stream().filter(channel -> hostsOf(channel).contains(host)).toList();
  }

  /** Where the containers have their checkpoints. */
  String checkpointsPath() {
    return checkpoints.map(CheckpointConfig::localPath).orElse(CheckpointConfig.DEFAULT_PATH);
  }

  /** How long SageMaker would keep the instances after the job, when it was asked to. */
  Optional<Duration> keepAlive() {
    return request
        .document("ResourceConfig")
        .findNumber("KeepAlivePeriodInSeconds")
        .filter(seconds -> seconds > 0)
        .map(Duration::ofSeconds);
  }

  /** The key that the outputs shall be encrypted with. */
  Optional<String> outputKey() {
    return request.document("OutputDataConfig").findText("KmsKeyId").filter(key -> !key.isEmpty());
  }

  /** Whether a channel is fed through FIFOs while the containers run. */
  boolean piped() {
    return channels.stream().anyMatch(Channel::piped);
  }

  /** The group that a host belongs to. */
  InstanceGroup groupOf(String host) {
    return groups.stream()
        .filter(group -> group.hosts().contains(host))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " has no host " + host));
  }

  /** How often a failure that is not the job's own lets it begin anew. */
  int maxRetries() {
    return request
        .findDocument("RetryStrategy")
        .map(strategy -> (int) strategy.number("MaximumRetryAttempts"))
        .orElse(0);
  }

  /** How long a spot job may take from its creation to its end. */
  Optional<Duration> maxWaitTime() {
    return stoppingCondition(request, "MaxWaitTimeInSeconds");
  }

  /** How long the job may wait for a place on the machine. */
  Optional<Duration> maxPendingTime() {
    return stoppingCondition(request, "MaxPendingTimeInSeconds");
  }

  /** Whether the hosts may reach nothing but each other. */
  boolean isolated() {
    return request.flag("EnableNetworkIsolation");
  }

  private static void requireGroups(List<Channel> channels, List<Document> groups) {
    List<String> names = groups.stream().map(group -> group.text("InstanceGroupName")).toList();
    for (Channel channel : channels) {
      for (String wanted : channel.source().instanceGroups()) {
        if (!names.contains(wanted)) {
          throw ServiceError.validation(
              "InstanceGroupNames of channel %s names group %s; ResourceConfig has %s",
              channel.name(), wanted, names.isEmpty() ? "no InstanceGroups" : "groups " + names);
        }
      }
    }
  }

  private static Duration maxRuntime(Document request) {
    Duration runtime =
        stoppingCondition(request, "MaxRuntimeInSeconds").orElse(DEFAULT_MAX_RUNTIME);
    Optional<Duration> wait = stoppingCondition(request, "MaxWaitTimeInSeconds");
    boolean spot = request.flag("EnableManagedSpotTraining");
    if (wait.isPresent() && !spot) {
      throw ServiceError.validation(
          "StoppingCondition.MaxWaitTimeInSeconds %d is given, but EnableManagedSpotTraining is not"
              + " true; it is the limit of managed spot training alone",
          wait.get().toSeconds());
    }
    if (spot && (wait.isEmpty() || wait.get().compareTo(runtime) < 0)) {
      throw ServiceError.validation(
          "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to"
              + " MaxRuntimeInSeconds %d, but was: %s",
          runtime.toSeconds(), wait.map(time -> "" + time.toSeconds()).orElse("absent"));
    }
    return runtime;
  }

  private static Optional<Duration> stoppingCondition(Document request, String limit) {
    return request
        .findDocument("StoppingCondition")
        .flatMap(condition -> condition.findNumber(limit))
        .map(Duration::ofSeconds);
  }

  private static void requireDistinct(List<Channel> channels) {
    Set<String> names = new HashSet<>();
    for (Channel channel : channels) {
      if (!names.add(channel.name())) {
        throw ServiceError.validation(
            "InputDataConfig names channel %s twice; ChannelNames must differ", channel.name());
      }
    }
  }
}
