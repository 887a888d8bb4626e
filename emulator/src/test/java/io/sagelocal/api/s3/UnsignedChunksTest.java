package io.sagelocal.api.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.fakes3.http.AwsChunkedStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsignedChunksTest {
  private static final String TRAILER = "x-amz-checksum-crc32:AAAAAA==";

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 300_000})
  void aBodyIsAsLongAsItWasSaidAndReadsTheSame(int length) throws IOException {
    String content = "x".repeat(length);
    String signed =
        (length == 0 ? "" : "%x;chunk-signature=0\r\n%s\r\n".formatted(length, content))
            + "0;chunk-signature=1\r\n"
            + TRAILER
            + "\r\nx-amz-trailer-signature:2\r\n\r\n";
    byte[] written = new UnsignedChunks(framed(ascii(signed))).readAllBytes();
    assertThat(written).hasSize((int) UnsignedChunks.length(length, TRAILER.length()));
    AwsChunkedStream again = framed(written);
    assertThat(again.readAllBytes()).isEqualTo(ascii(content));
    assertThat(again.trailers()).containsOnlyKeys("x-amz-checksum-crc32");
  }

  private static AwsChunkedStream framed(byte[] bytes) {
    return new AwsChunkedStream(new ByteArrayInputStream(bytes));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
