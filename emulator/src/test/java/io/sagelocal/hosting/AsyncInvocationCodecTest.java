package io.sagelocal.hosting;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.objects.S3Uri;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AsyncInvocationCodecTest {
  private static final AsyncInvocation INVOCATION =
      new AsyncInvocation(
          "id",
          "endpoint",
          "mine",
          new AsyncInput.Stored(S3Uri.parse("s3://bucket/in")),
          Map.of("Accept", "text/csv"),
          S3Uri.parse("s3://bucket/out"),
          Optional.of(S3Uri.parse("s3://bucket/bad")),
          Optional.of("key"),
          Instant.ofEpochMilli(1_000),
          Instant.ofEpochMilli(61_000),
          Duration.ofMinutes(15));

  private final AsyncInvocationCodec codec = new AsyncInvocationCodec();

  @Test
  void whatIsWrittenIsReadAgain() {
    assertThat(codec.decode(codec.encode(INVOCATION))).isEqualTo(INVOCATION);
  }

  @Test
  void oneThatDoesNotTellWhenItWasAcceptedIsReadToo() {
    String told = new String(codec.encode(INVOCATION), UTF_8);
    String untold = told.replace("\"accepted\":1000,", "");
    assertThat(untold).isNotEqualTo(told);
    assertThat(codec.decode(untold.getBytes(UTF_8)).expires()).isEqualTo(INVOCATION.expires());
  }
}
