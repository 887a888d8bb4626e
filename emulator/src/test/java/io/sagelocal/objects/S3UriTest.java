package io.sagelocal.objects;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3UriTest {

  @ParameterizedTest
  @CsvSource({
    "'', a/b.csv, a/b.csv",
    "a, a/b.csv, b.csv",
    "a/, a/b.csv, b.csv",
    "a, a/b/c.csv, b/c.csv",
    "x/da, x/data/a, data/a",
    "a/b, a/b.csv, b.csv",
    "a/b.csv, a/b.csv, b.csv",
    "a/par, a/part-1/x, part-1/x"
  })
  void theNameBelowAPrefixIsWhatComesAfterIt(String prefix, String key, String name) {
    assertThat(new S3Uri("bucket", key).below(new S3Uri("bucket", prefix))).isEqualTo(name);
  }
}
