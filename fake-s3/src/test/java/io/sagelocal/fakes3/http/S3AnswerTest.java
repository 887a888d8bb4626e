package io.sagelocal.fakes3.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class S3AnswerTest {
  @Test
  void aDayOfOneDigitIsWrittenWithTwo() {
    assertThat(S3Answer.httpDate(Instant.parse("2026-12-01T02:26:31Z")))
        .isEqualTo("Tue, 01 Dec 2026 02:26:31 GMT");
    assertThat(S3Answer.httpDate(Instant.parse("2026-11-30T23:59:59.999Z")))
        .isEqualTo("Mon, 30 Nov 2026 23:59:59 GMT");
  }
}
