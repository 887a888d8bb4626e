package io.sagelocal.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelGzipTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 32_768, 524_287, 524_288, 524_289, 5_000_001})
  void whatIsCompressedIsOneOrdinaryMember(int size) throws IOException {
    byte[] data = new byte[size];
    new Random(size).nextBytes(data);
    assertThat(decompressed(compressed(data))).isEqualTo(data);
  }

  @ParameterizedTest
  @CsvSource({"1", "6", "9"})
  void aBlockKnowsWhatStandsBeforeIt(int level) throws IOException {
    byte[] data =
        "the same words again and again, ".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new ParallelGzip(bytes, level)) {
      for (int i = 0; i < data.length; i += 1000) {
        gzip.write(data, i, Math.min(1000, data.length - i));
      }
    }
    assertThat(bytes.size()).isLessThan(data.length / 50);
    assertThat(decompressed(bytes.toByteArray())).isEqualTo(data);
  }

  @Test
  void numbersAndWordsInTurnAreWhole() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(8 << 20);
    Random random = new Random(5);
    while (data.remaining() > 3 << 20) {
      for (int i = 0; i < 300_000; i++) {
        data.putFloat((float) random.nextGaussian());
      }
      data.put("words, words, words; ".repeat(40_000).getBytes(StandardCharsets.UTF_8));
    }
    byte[] compressed = compressed(data.array());
    assertThat(compressed.length).isLessThan(data.capacity() * 2 / 3);
    assertThat(decompressed(compressed)).isEqualTo(data.array());
  }

  private static byte[] compressed(byte[] data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new ParallelGzip(bytes, 1)) {
      gzip.write(data);
    }
    return bytes.toByteArray();
  }

  /** Checks length and checksum too, and stops after the first member. */
  private static byte[] decompressed(byte[] gzip) throws IOException {
    try (GzipCompressorInputStream in =
        GzipCompressorInputStream.builder()
            .setInputStream(new ByteArrayInputStream(gzip))
            .setDecompressConcatenated(false)
            .get()) {
      return in.readAllBytes();
    }
  }
}
