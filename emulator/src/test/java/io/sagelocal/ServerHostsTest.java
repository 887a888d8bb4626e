package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.engine.ContainerNetwork;
import io.sagelocal.engine.ContainerSpec;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TrainingJobs of several hosts through real HTTP, with containers that are threads. */
class ServerHostsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final Map<String, JsonNode> resources = new ConcurrentHashMap<>();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine
        .image("ok", this::tellResources)
        .image("lists", ServerHostsTest::listChannels)
        .image("second-fails", this::failOnTheSecond)
        .image("waits", this::waitForSignal);
    server = new TestServer(data, engine, new FakeTimeline());
    server.put("data/train/a.csv", "1,2");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everyHostKnowsTheOthersAndHasALogOfItsOwn() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", hosts("ok", 3));
    server.awaitJob("job", "Completed");
    assertThat(resources).containsOnlyKeys("algo-1", "algo-2", "algo-3");
    JsonNode second = resource("algo-2");
    assertThat(second.path("current_host").asText()).isEqualTo("algo-2");
    assertThat(texts(second.path("hosts"))).containsExactly("algo-1", "algo-2", "algo-3");
    assertThat(server.trainingLog("job"))
        .containsExactly("hello from algo-1", "hello from algo-2", "hello from algo-3");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void instanceGroupsCountTheirHostsThroughAll() throws IOException, InterruptedException {
    Map<String, Object> request = hosts("ok", 1);
    request.put("ResourceConfig", groups());
    server.sagemaker("CreateTrainingJob", request);
    server.awaitJob("job", "Completed");
    JsonNode third = resource("algo-3");
    assertThat(third.path("current_group_name").asText()).isEqualTo("workers");
    assertThat(third.path("current_instance_type").asText()).isEqualTo("ml.c5.xlarge");
    assertThat(third.path("instance_groups").findValuesAsText("instance_group_name"))
        .containsExactly("servers", "workers");
    assertThat(texts(third.path("instance_groups").path(1).path("hosts")))
        .containsExactly("algo-2", "algo-3");
  }

  @Test
  void aChannelOfSomeGroupsReachesTheirHostsAloneAndIsSharedOutAmongThem()
      throws IOException, InterruptedException {
    server.put("data/train/b.csv", "3,4");
    Map<String, Object> request = hosts("lists", 1);
    request.put("ResourceConfig", groups());
    request.put(
        "InputDataConfig",
        List.of(
            groupChannel("all", "FullyReplicated"),
            groupChannel("one", "FullyReplicated", "servers"),
            groupChannel("dealt", "ShardedByS3Key", "workers")));
    server.sagemaker("CreateTrainingJob", request);
    server.awaitJob("job", "Completed");
    assertThat(server.trainingLog("job"))
        .containsExactly(
            "config [all, one]",
            "all [a.csv, b.csv]",
            "one [a.csv, b.csv]",
            "config [all, dealt]",
            "all [a.csv, b.csv]",
            "dealt [a.csv]",
            "config [all, dealt]",
            "all [a.csv, b.csv]",
            "dealt [b.csv]");
  }

  @Test
  void aChannelOfNoGroupOfTheJobIsRefused() throws IOException, InterruptedException {
    Map<String, Object> request = hosts("ok", 1);
    request.put(
        "InputDataConfig", List.of(groupChannel("train", "FullyReplicated", "servers", "clients")));
    assertThat(refusal(request))
        .isEqualTo(
            "InstanceGroupNames of channel train names group servers; ResourceConfig has no"
                + " InstanceGroups");
    request.put("ResourceConfig", groups());
    assertThat(refusal(request))
        .isEqualTo(
            "InstanceGroupNames of channel train names group clients; ResourceConfig has groups"
                + " [servers, workers]");
    assertThat(server.sagemaker("ListTrainingJobs", Map.of()).body().path("TrainingJobSummaries"))
        .isEmpty();
  }

  private String refusal(Map<String, Object> request) throws IOException, InterruptedException {
    TestServer.Answer refused = server.sagemaker("CreateTrainingJob", request);
    assertThat(refused.error()).isEqualTo("ValidationException");
    return refused.message();
  }

  private static Map<String, Object> groups() {
    return Map.of(
        "VolumeSizeInGB",
        1,
        "InstanceGroups",
        List.of(group("servers", "ml.m5.large", 1), group("workers", "ml.c5.xlarge", 2)));
  }

  private static Map<String, Object> groupChannel(
      String name, String distribution, String... groups) {
    Map<String, Object> source = new HashMap<>();
    source.put("S3DataType", "S3Prefix");
    source.put("S3Uri", "s3://bucket/data/train/");
    source.put("S3DataDistributionType", distribution);
    if (groups.length > 0) {
      source.put("InstanceGroupNames", List.of(groups));
    }
    return Map.of("ChannelName", name, "DataSource", Map.of("S3DataSource", source));
  }

  @Test
  void hostsShareANetworkOfTheirOwnAndASingleOneNeedsNone()
      throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", hosts("waits", 2));
    awaitWaiting("algo-1", "algo-2");
    assertThat(engine.networks()).hasSize(1);
    String network = engine.networks().keySet().iterator().next();
    assertThat(engine.networks().values()).noneMatch(FakeContainerEngine.Network::isolated);
    assertThat(engine.specs().stream().map(ContainerSpec::network))
        .containsOnly(new ContainerNetwork.Named(network));
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job"));
    server.awaitJob("job", "Stopped");
    server.awaitNothingLeft(engine, data);

    Map<String, Object> single = hosts("waits", 1);
    single.put("TrainingJobName", "single");
    server.sagemaker("CreateTrainingJob", single);
    awaitWaiting("algo-1");
    assertThat(engine.networks()).isEmpty();
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "single"));
    server.awaitJob("single", "Stopped");
  }

  @Test
  void anIsolatedJobReachesNothingButItsOwnHosts() throws IOException, InterruptedException {
    Map<String, Object> request = hosts("waits", 2);
    request.put("EnableNetworkIsolation", true);
    server.sagemaker("CreateTrainingJob", request);
    awaitWaiting("algo-1", "algo-2");
    assertThat(engine.networks().values())
        .singleElement()
        .satisfies(network -> assertThat(network.isolated()).isTrue());
    Map<String, Object> single = hosts("waits", 1);
    single.put("TrainingJobName", "single");
    single.put("EnableNetworkIsolation", true);
    server.sagemaker("CreateTrainingJob", single);
    awaitWaiting("algo-1");
    assertThat(engine.specs().stream().map(ContainerSpec::network))
        .contains(new ContainerNetwork.None());
    for (String name : List.of("job", "single")) {
      server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", name));
      server.awaitJob(name, "Stopped");
    }
  }

  @Test
  void aHostThatFailsEndsTheJobAndIsNamed() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", hosts("second-fails", 3));
    JsonNode job = server.awaitJob("job", "Failed");
    assertThat(job.path("FailureReason").asText())
        .startsWith("AlgorithmError: host algo-2: ")
        .contains("no such column")
        .endsWith("exit code: 4");
    assertThat(seen).contains("algo-1 was told to end", "algo-3 was told to end");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aHostThatCannotStartLeavesNoneRunning() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", hosts("no-such-image", 2));
    assertThat(server.awaitJob("job", "Failed").path("FailureReason").asText())
        .contains("no-such-image");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void moreHostsThanOneJobMayHaveAreRefused() throws IOException, InterruptedException {
    TestServer.Answer refused = server.sagemaker("CreateTrainingJob", hosts("ok", 33));
    assertThat(refused.error()).isEqualTo("ValidationException");
    assertThat(refused.message()).contains("InstanceCount 33").contains("1 to 32");
  }

  private static Map<String, Object> hosts(String image, int count) {
    Map<String, Object> request = Requests.trainingJob("job", image);
    request.put(
        "ResourceConfig",
        Map.of("InstanceType", "ml.c4.xlarge", "InstanceCount", count, "VolumeSizeInGB", 1));
    return request;
  }

  private static Map<String, Object> group(String name, String type, int count) {
    return Map.of("InstanceGroupName", name, "InstanceType", type, "InstanceCount", count);
  }

  private JsonNode resource(String host) {
    return Objects.requireNonNull(resources.get(host), host);
  }

  private static List<String> texts(JsonNode list) {
    return JSON.convertValue(
        list, JSON.getTypeFactory().constructCollectionType(List.class, String.class));
  }

  private void awaitWaiting(String... hosts) throws InterruptedException {
    Set<String> waiting = ConcurrentHashMap.newKeySet();
    while (waiting.size() < hosts.length) {
      waiting.add(String.valueOf(seen.poll(20, TimeUnit.SECONDS)));
    }
    assertThat(waiting).containsExactlyInAnyOrder(hosts);
  }

  private int tellResources(FakeHost host) throws IOException {
    host.print("hello from " + host.spec().hostname());
    resources.put(
        host.spec().hostname(),
        JSON.readTree(Files.readAllBytes(host.path("/opt/ml/input/config/resourceconfig.json"))));
    return 0;
  }

  private static int listChannels(FakeHost host) throws IOException {
    JsonNode config =
        JSON.readTree(Files.readAllBytes(host.path("/opt/ml/input/config/inputdataconfig.json")));
    List<String> channels = new ArrayList<>();
    config.fieldNames().forEachRemaining(channels::add);
    host.print("config " + channels);
    assertThat(names(host.path("/opt/ml/input/data"))).isEqualTo(channels);
    for (String channel : channels) {
      host.print(channel + " " + names(host.path("/opt/ml/input/data/" + channel)));
    }
    return 0;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private int failOnTheSecond(FakeHost host) throws IOException, InterruptedException {
    if (host.spec().hostname().equals("algo-2")) {
      Files.writeString(host.path("/opt/ml/output/failure"), "no such column");
      return 4;
    }
    try {
      new CountDownLatch(1).await();
    } finally {
      seen.add(host.spec().hostname() + " was told to end");
    }
    return 0;
  }

  private int waitForSignal(FakeHost host) throws InterruptedException {
    seen.add(host.spec().hostname());
    new CountDownLatch(1).await();
    return 0;
  }
}
