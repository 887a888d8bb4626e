package io.sagelocal.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordIoTest {

  @ParameterizedTest
  @CsvSource({
    "'', 0a23d7ce00000000",
    "61, 0a23d7ce0100000061000000",
    "61626364, 0a23d7ce0400000061626364",
    "6162636465, 0a23d7ce050000006162636465000000"
  })
  void aRecordIsMagicLengthAndPaddedBytes(String bytes, String record) throws IOException {
    byte[] data = HexFormat.of().parseHex(bytes);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RecordIo.write(new ByteArrayInputStream(data), data.length, out);
    assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo(record);
  }

  @Test
  void aRecordThatIsTooLongIsRefusedBeforeAByteIsWritten() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatThrownBy(() -> RecordIo.write(InputStream.nullInputStream(), 1L << 29, out))
        .hasMessageContaining("536870912")
        .hasMessageContaining("536870911");
    assertThat(out.size()).isZero();
  }

  @Test
  void aStreamThatIsShorterThanAnnouncedIsToldApart() {
    assertThatThrownBy(() ->
            RecordIo.write(new ByteArrayInputStream(new byte[3]), 4, new ByteArrayOutputStream()))
        .hasMessageContaining("4 bytes were announced but there were 3");
  }
}
