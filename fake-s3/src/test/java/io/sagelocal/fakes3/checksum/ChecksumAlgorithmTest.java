package io.sagelocal.fakes3.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm.RunningSum;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumAlgorithmTest {
  @ParameterizedTest
  @CsvSource({"CRC32,cbf43926", "CRC32C,e3069283", "CRC64NVME,ae8b14860a799888"})
  void theCheckValueOfEachIsThatOfItsCatalogue(ChecksumAlgorithm algorithm, String value) {
    byte[] bytes = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(HexFormat.of().formatHex(sum(algorithm, bytes))).isEqualTo(value);
  }

  @ParameterizedTest
  @EnumSource(names = {"CRC32", "CRC32C", "CRC64NVME"})
  void theSumOfAWholeComesFromThoseOfItsParts(ChecksumAlgorithm algorithm) {
    byte[] whole = new byte[1_000_003];
    new Random(7).nextBytes(whole);
    byte[] first = Arrays.copyOf(whole, 654_321);
    byte[] second = Arrays.copyOfRange(whole, first.length, whole.length);
    assertThat(algorithm.combine(sum(algorithm, first), sum(algorithm, second), second.length))
        .isEqualTo(sum(algorithm, whole));
  }

  private static byte[] sum(ChecksumAlgorithm algorithm, byte[] bytes) {
    RunningSum sum = algorithm.start();
    sum.update(bytes, 0, bytes.length);
    return sum.value();
  }
}
