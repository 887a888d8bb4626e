package io.sagelocal.api.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SignerTest {
  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html. */
  @Test
  void theExampleOfTheDocumentationComesOut() {
    Signer signer =
        new Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1");
    String authorization =
        signer.authorization(
            "GET",
            "/test.txt",
            "",
            new TreeMap<>(
                Map.of(
                    "host", "examplebucket.s3.amazonaws.com",
                    "range", "bytes=0-9",
                    "x-amz-content-sha256",
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                    "x-amz-date", "20130524T000000Z")),
            Instant.parse("2013-05-24T00:00:00Z"));
    assertThat(authorization)
        .endsWith(
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature="
                + "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  }

  @Test
  void pathsAndQueriesHaveOneForm() {
    assertThat(Encoding.path("/bucket/a%20b+c/%C3%BC~*")).isEqualTo("/bucket/a%20b%2Bc/%C3%BC~%2A");
    assertThat(Encoding.query("uploads&prefix=a%2Fb&X-Amz-Signature=0&X-Amz-Expires=9"))
        .isEqualTo("prefix=a%2Fb&uploads=");
    assertThat(Encoding.query("AWSAccessKeyId=key&Signature=0&Expires=9&versionId=1"))
        .isEqualTo("versionId=1");
    assertThat(Encoding.query("")).isEmpty();
  }
}
