package io.sagelocal.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.aws.Document;
import io.sagelocal.objects.FakeObjectStore;
import io.sagelocal.training.ChannelItems.Share;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelItemsTest {
  private static final List<String> HOSTS = List.of("algo-1", "algo-2", "algo-3");

  private final FakeObjectStore objects = new FakeObjectStore();
  private final Map<String, Object> source = new HashMap<>(Map.of("S3DataType", "S3Prefix"));
  private final Map<String, Object> request = new HashMap<>(Map.of("ChannelName", "train"));

  @Test
  void aPrefixIsNotAFolder() throws IOException {
    objects.put("s3://b/data", "").put("s3://b/data/a", "").put("s3://b/data2/b", "");
    objects.put("s3://b/data/folder/", "").put("s3://b/dat", "");
    source.put("S3Uri", "s3://b/data");
    assertThat(names(0, "algo-1")).containsExactly("data", "a", "data2/b");
  }

  @Test
  void shardsAreDisjointAndTogetherWhole() throws IOException {
    putMany(10);
    source.put("S3DataDistributionType", "ShardedByS3Key");
    Set<String> all = new HashSet<>();
    for (String host : HOSTS) {
      List<String> shard = names(0, host);
      assertThat(shard).hasSizeBetween(3, 4);
      assertThat(all).doesNotContainAnyElementsOf(shard);
      all.addAll(shard);
    }
    assertThat(all).hasSize(10);
  }

  @Test
  void moreHostsThanObjectsLeaveSomeWithNone() throws IOException {
    putMany(2);
    source.put("S3DataDistributionType", "ShardedByS3Key");
    assertThat(names(0, "algo-3")).isEmpty();
  }

  @Test
  void aSeedGivesTheSameOrderAgainAndAnotherEachEpoch() throws IOException {
    putMany(20);
    List<String> sorted = names(0, "algo-1");
    request.put("ShuffleConfig", Map.of("Seed", 7L));
    List<String> shuffled = names(0, "algo-1");
    assertThat(shuffled).isNotEqualTo(sorted).containsExactlyInAnyOrderElementsOf(sorted);
    assertThat(names(0, "algo-1")).isEqualTo(shuffled);
    assertThat(names(1, "algo-1"))
        .isNotEqualTo(shuffled)
        .containsExactlyInAnyOrderElementsOf(sorted);
  }

  @Test
  void shuffledShardsAreDealtAnewEachEpochAndStayWhole() throws IOException {
    putMany(20);
    source.put("S3DataDistributionType", "ShardedByS3Key");
    request.put("ShuffleConfig", Map.of("Seed", 7L));
    Set<String> all = new HashSet<>();
    for (String host : HOSTS) {
      all.addAll(names(3, host));
    }
    assertThat(all).hasSize(20);
    assertThat(names(0, "algo-1")).doesNotContainSequence(names(1, "algo-1"));
  }

  @Test
  void aManifestNamesObjectsBelowItsPrefix() throws IOException {
    objects.put("s3://b/list", "[{\"prefix\": \"s3://b/data/\"}, \"x/1\", \"2\"]");
    source.putAll(Map.of("S3DataType", "ManifestFile", "S3Uri", "s3://b/list"));
    assertThat(rows(0, "algo-1"))
        .containsExactly(
            "Stored[name=x/1, uri=s3://b/data/x/1, seen=Optional.empty]",
            "Stored[name=2, uri=s3://b/data/2, seen=Optional.empty]");
  }

  @Test
  void anAugmentedManifestGivesTheAttributesInTheirOrder() throws IOException {
    objects.put(
        "s3://b/list",
        """
        {"label": 3, "source-ref": "s3://b/1.png", "other": 0}

        {"source-ref": "s3://c/2.png", "label": "four"}
        """);
    augmented("source-ref", "label");
    assertThat(rows(0, "algo-1"))
        .containsExactly(
            "Stored[name=s3://b/1.png, uri=s3://b/1.png, seen=Optional.empty]",
            "Inline[value=3]",
            "Stored[name=s3://c/2.png, uri=s3://c/2.png, seen=Optional.empty]",
            "Inline[value=four]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"prefix\": \"s3://b/\"} | must be a list that begins",
        "[\"s3://b/x\"] | must be a list that begins",
        "[{\"prefix\": 3}] | must be a list that begins",
        "[{\"prefix\": \"s3://b/\"}, 3] | must hold texts only",
        "[{\"prefix\": \"s3://b/\"}, \"x\" | Unexpected end-of-input",
        "[{\"prefix\": \"s3://b/\"}] | names no object"
      })
  void aManifestThatIsNoneSaysWhatIsWrong(String text, String why) {
    objects.put("s3://b/list", text);
    source.putAll(Map.of("S3DataType", "ManifestFile", "S3Uri", "s3://b/list"));
    assertThatThrownBy(() -> rows(0, "algo-1"))
        .isInstanceOf(TrainingFailure.class)
        .hasMessageContaining("channel train")
        .hasMessageContaining("s3://b/list")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"source-ref\": \"s3://b/x\"} | line 1 has no attribute label",
        "{\"source-ref\": \"x\", \"label\": 1} | must be an s3:// URI but is x",
        "{\"source-ref\" | line 1 is not JSON"
      })
  void aLineThatIsNotAsPromisedIsNamed(String line, String why) {
    objects.put("s3://b/list", line + "\n");
    augmented("source-ref", "label");
    assertThatThrownBy(() -> rows(0, "algo-1"))
        .isInstanceOf(TrainingFailure.class)
        .hasMessageContaining(why);
  }

  @Test
  void whatIsMissingIsNamed() {
    objects.createBucket("b");
    for (String type : List.of("S3Prefix", "ManifestFile")) {
      source.putAll(Map.of("S3DataType", type, "S3Uri", "s3://b/nothing"));
      assertThatThrownBy(() -> rows(0, "algo-1"))
          .isInstanceOf(TrainingFailure.class)
          .hasMessageContaining("s3://b/nothing");
    }
  }

  private void putMany(int count) {
    for (int i = 0; i < count; i++) {
      objects.put("s3://b/data/%02d".formatted(i), "");
    }
    source.put("S3Uri", "s3://b/data/");
  }

  private void augmented(String... attributes) {
    request.put("InputMode", "Pipe");
    source.putAll(
        Map.of(
            "S3DataType",
            "AugmentedManifestFile",
            "S3Uri",
            "s3://b/list",
            "AttributeNames",
            List.of(attributes)));
  }

  private List<String> names(long epoch, String host) throws IOException {
    return rows(epoch, host).stream()
        .map(row -> row.replaceAll(".*name=(.*), uri.*", "$1"))
        .toList();
  }

  private List<String> rows(long epoch, String host) throws IOException {
    request.put("DataSource", Map.of("S3DataSource", source));
    Channel channel = Channel.of(new Document(request), "File");
    List<String> rows = new ArrayList<>();
    new ChannelItems(objects, channel)
        .forEach(
            Share.of(channel, HOSTS, host),
            epoch,
            row -> row.forEach(item -> rows.add(item.toString())));
    return rows;
  }
}
