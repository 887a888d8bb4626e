package io.sagelocal.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.engine.Exit;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.training.TrainingState.Outcome;
import io.sagelocal.training.TrainingState.StopCause;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingJobTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final S3Uri MODEL = S3Uri.parse("s3://bucket/model.tar.gz");

  @Test
  void aTerminalStatusNeverChanges() {
    for (Outcome outcome :
        List.of(
            new Outcome.Completed(),
            new Outcome.Failed("why"),
            new Outcome.Stopped(StopCause.REQUEST))) {
      TrainingJob ended = created().ended(outcome, Optional.empty(), NOW);
      assertThat(ended.stopping(StopCause.REQUEST, NOW)).isSameAs(ended);
      assertThat(ended.downloading(NOW)).isSameAs(ended);
      assertThat(ended.training(Map.of(), List.of(), NOW)).isSameAs(ended);
      assertThat(ended.uploading(NOW, Map.of(), Optional.empty(), NOW)).isSameAs(ended);
      assertThat(ended.ended(new Outcome.Failed("later"), Optional.empty(), NOW)).isSameAs(ended);
    }
  }

  @Test
  void aJobToldToStopHasStoppedHoweverItsContainersTookIt() {
    TrainingJob stopping =
        created().training(Map.of(), List.of(), NOW).stopping(StopCause.REQUEST, NOW);
    assertThat(stopping.status()).isEqualTo("Stopping");
    TrainingJob ended = stopping.ended(new Outcome.Failed("exit 143"), Optional.of(MODEL), NOW);
    assertThat(ended.status()).isEqualTo("Stopped");
    assertThat(ended.secondaryStatus()).isEqualTo("Stopped");
  }

  @Test
  void theFirstCauseOfAStopStays() {
    TrainingJob job =
        created().stopping(StopCause.MAX_RUNTIME, NOW).stopping(StopCause.REQUEST, NOW);
    assertThat(job.ended(new Outcome.Completed(), Optional.empty(), NOW).secondaryStatus())
        .isEqualTo("MaxRuntimeExceeded");
  }

  @Test
  void eachTransitionEndsWhereTheNextBegins() {
    TrainingJob job =
        created()
            .downloading(NOW.plusSeconds(1))
            .training(Map.of("algo-1", List.of("0")), List.of(), NOW.plusSeconds(2))
            .uploading(
                NOW, Map.of("algo-1", new Exit(0, false)), Optional.empty(), NOW.plusSeconds(3))
            .ended(new Outcome.Completed(), Optional.of(MODEL), NOW.plusSeconds(4));
    for (int i = 0; i + 1 < job.transitions().size(); i++) {
      assertThat(job.transitions().get(i).end()).contains(job.transitions().get(i + 1).start());
    }
    assertThat(job.transitions()).hasSize(5);
  }

  @Test
  void aRecordIsReadAsItWasWritten() {
    TrainingJob job = created();
    for (TrainingJob each :
        List.of(
            job,
            job.downloading(NOW),
            job.training(Map.of(), List.of(), NOW),
            job.training(Map.of(), List.of(), NOW).stopping(StopCause.MAX_RUNTIME, NOW),
            job.uploading(NOW, Map.of("algo-1", new Exit(137, true)), Optional.of("algo-1"), NOW),
            job.ended(new Outcome.Completed(), Optional.of(MODEL), NOW),
            job.ended(new Outcome.Failed("why"), Optional.empty(), NOW))) {
      TrainingJobCodec codec = new TrainingJobCodec();
      TrainingJob read = codec.decode(codec.encode(each));
      assertThat(read.state()).isEqualTo(each.state());
      assertThat(read.transitions()).isEqualTo(each.transitions());
      assertThat(read.stop()).isEqualTo(each.stop());
      assertThat(read.spec().request().members()).isEqualTo(each.spec().request().members());
    }
  }

  @Test
  void aRecordOfALaterReleaseIsRefused() {
    assertThatThrownBy(() ->
            new TrainingJobCodec()
                .decode("{\"version\":99}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("99");
  }

  @Test
  void whatTheEmulatorCannotDoIsRefusedByName() {
    Map<String, Object> zipped = request();
    zipped.put(
        "InputDataConfig",
        List.of(
            Map.of(
                "ChannelName",
                "train",
                "CompressionType",
                "Gzip",
                "DataSource",
                Map.of("S3DataSource", Map.of("S3DataType", "S3Prefix", "S3Uri", "s3://b/k")))));
    assertThatThrownBy(() -> TrainingJobSpec.of(new Document(zipped)))
        .isInstanceOf(ServiceError.class)
        .hasMessageContaining("Gzip")
        .hasMessageContaining("train");
    Map<String, Object> many = request();
    many.put("ResourceConfig", Map.of("InstanceType", "ml.c4.xlarge", "InstanceCount", 99));
    assertThatThrownBy(() -> TrainingJobSpec.of(new Document(many)))
        .hasMessageContaining("InstanceCount 99");
  }

  private static TrainingJob created() {
    Scope scope = new Scope(AccountId.DEFAULT, Region.DEFAULT);
    return TrainingJob.created(
        scope.sagemaker("training-job", "job"), TrainingJobSpec.of(new Document(request())), NOW);
  }

  private static Map<String, Object> request() {
    Map<String, Object> request = new HashMap<>();
    request.put("TrainingJobName", "job");
    request.put(
        "AlgorithmSpecification", Map.of("TrainingImage", "image", "TrainingInputMode", "File"));
    request.put("OutputDataConfig", Map.of("S3OutputPath", "s3://bucket/out"));
    request.put("ResourceConfig", Map.of("InstanceType", "ml.c4.xlarge", "InstanceCount", 1));
    request.put("Unknown", Map.of("kept", List.of(1, 2)));
    return request;
  }
}
