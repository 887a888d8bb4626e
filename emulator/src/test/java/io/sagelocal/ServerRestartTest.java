package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.state.FakeTimeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that outlive the server, and answers that wait. */
class ServerRestartTest {
  @TempDir Path data;
  private final FakeContainerEngine engine = new FakeContainerEngine();
  private final FakeTimeline timeline = new FakeTimeline();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private TestServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    engine
        .image("ok", host -> 0)
        .image("seven", host -> 7)
        .image(
            "waits",
            host -> {
              seen.add("waiting");
              new CountDownLatch(1).await();
              return 0;
            });
    server = new TestServer(data, engine, timeline);
    server.put("data/a", "1");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aRestartFindsTheContainerThatRanOnAndItsLogHasEveryLineOnce()
      throws IOException, InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    engine.image(
        "long",
        host -> {
          host.print("before");
          seen.add("running");
          goOn.await();
          host.print("after");
          Files.writeString(host.path("/opt/ml/model/weights"), "w");
          return 0;
        });
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "long"));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("running");
    server.close();
    server = new TestServer(data, engine, timeline);
    goOn.countDown();
    server.awaitJob("job", "Completed");
    assertThat(server.trainingLog("job")).containsExactly("before", "after");
    server.awaitNothingLeft(engine, data);
  }

  @Test
  void aStopOfTheEmulatorInTheMidstOfAnUploadIsNoFaultOfTheJob()
      throws IOException, InterruptedException {
    byte[] weights = new byte[64 << 20];
    new Random(1).nextBytes(weights);
    engine.image(
        "large",
        host -> {
          Files.write(host.path("/opt/ml/model/weights"), weights);
          return 0;
        });
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "large"));
    server.await(
        "DescribeTrainingJob",
        Map.of("TrainingJobName", "job"),
        job -> job.path("SecondaryStatus").asText().equals("Uploading"));
    server.close();
    server = new TestServer(data, engine, timeline);
    server.awaitJob("job", "Completed");
    assertThat(server.s3("GET", "/bucket/out/job/output/model.tar.gz", new byte[0]).body())
        .hasSizeGreaterThan(weights.length);
  }

  @Test
  void aRestartShowsAnEndedJobAsItWas() throws IOException, InterruptedException {
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "seven"));
    JsonNode before = server.awaitJob("job", "Failed");
    server.close();
    timeline.advance(Duration.ofHours(1));
    server = new TestServer(data, engine, timeline);
    assertThat(server.awaitJob("job", "Failed")).isEqualTo(before);
  }

  @Test
  void aDescribeIsHeldUntilTheJobEnds() throws IOException, InterruptedException {
    server.close();
    server = new TestServer(data, engine, timeline, Duration.ofSeconds(20));
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "ok"));
    JsonNode first =
        server.sagemaker("DescribeTrainingJob", Map.of("TrainingJobName", "job")).body();
    assertThat(first.path("TrainingJobStatus").asText()).isEqualTo("Completed");
  }

  @Test
  void aHeldDescribeAnswersWhenItsTimeIsOver() throws IOException, InterruptedException {
    server.close();
    server = new TestServer(data, engine, timeline, Duration.ofSeconds(20));
    server.sagemaker("CreateTrainingJob", Requests.trainingJob("job", "waits"));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("waiting");
    Thread clock =
        Thread.ofVirtual()
            .start(() -> {
              while (timeline.waiting() < 2) { // the job's time limit, and the held answer
                Thread.onSpinWait();
              }
              timeline.advance(Duration.ofSeconds(21));
            });
    JsonNode held =
        server.sagemaker("DescribeTrainingJob", Map.of("TrainingJobName", "job")).body();
    clock.join();
    assertThat(held.path("TrainingJobStatus").asText()).isEqualTo("InProgress");
    server.sagemaker("StopTrainingJob", Map.of("TrainingJobName", "job"));
    server.awaitJob("job", "Stopped");
  }
}
