package io.sagelocal.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
  private static final long LIMIT = 1 << 20;
  private static final int MAGIC = 0xced7230a;

  @Test
  void linesEndAtLineFeedsAndTheLastNeedsNone() throws IOException {
    assertThat(contents(new LineRecords(stream("a\n\nb\r\nc"), LIMIT)))
        .containsExactly("a", "", "b\r", "c");
    assertThat(contents(new LineRecords(stream("a\n"), LIMIT))).containsExactly("a");
    assertThat(contents(new LineRecords(stream(""), LIMIT))).isEmpty();
  }

  @Test
  void aLineMayBeLongerThanAnyBuffer() throws IOException {
    String line = "x".repeat(300_000);
    assertThat(contents(new LineRecords(stream(line + "\n" + line), LIMIT)))
        .containsExactly(line, line);
  }

  @Test
  void aLineThatIsTooLongIsNamed() throws IOException {
    RecordReader lines = new LineRecords(stream("a\n" + "x".repeat(2 << 20)), LIMIT);
    assertThat(lines.next()).isPresent();
    assertThatThrownBy(lines::next).hasMessageContaining("line 2").hasMessageContaining("1 allows");
  }

  @Test
  void recordIoKeepsItsFramesAndCanBeTakenOutOfThem() throws IOException {
    byte[] file = concat(recordIo(0, "abc"), recordIo(0, "defg"));
    List<InputRecord> records = all(new RecordIoRecords(new ByteArrayInputStream(file), LIMIT));
    assertThat(records).extracting(each -> text(each.content())).containsExactly("abc", "defg");
    assertThat(concat(records.get(0).framed(), records.get(1).framed())).isEqualTo(file);
    assertThat(records).extracting(InputRecord::number).containsExactly(1L, 2L);
  }

  @Test
  void thePartsOfARecordIoRecordStayTogether() throws IOException {
    byte[] file = concat(recordIo(1, "abcd"), recordIo(2, ""), recordIo(3, "efgh"));
    List<InputRecord> records = all(new RecordIoRecords(new ByteArrayInputStream(file), LIMIT));
    assertThat(records).hasSize(1);
    byte[] magic = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(MAGIC).array();
    assertThat(records.getFirst().content())
        .isEqualTo(concat(bytes("abcd"), magic, magic, bytes("efgh")));
    assertThat(records.getFirst().framed()).isEqualTo(file);
  }

  @Test
  void whatIsNoRecordIoIsRefusedWithTheRecordsNumber() {
    byte[] cut = java.util.Arrays.copyOf(recordIo(0, "abcdefgh"), 10);
    assertThatThrownBy(() -> all(recordIoReader(concat(recordIo(0, "a"), bytes("no record")))))
        .hasMessageContaining("record 2 is malformed: there is no RecordIO header");
    assertThatThrownBy(() -> all(recordIoReader(cut)))
        .hasMessageContaining("record 1 is malformed: the file ends within it");
    assertThatThrownBy(() -> all(recordIoReader(recordIo(3, "a"))))
        .hasMessageContaining("the middle of a record");
    assertThatThrownBy(() -> all(recordIoReader(concat(recordIo(1, "a"), recordIo(0, "b")))))
        .hasMessageContaining("its last part is missing");
  }

  @Test
  void tfRecordsAreReadAndTheirChecksumsLookedAt() throws IOException {
    // b"hello", its checksums worked out apart from this code
    byte[] file = HexFormat.of().parseHex("0500000000000000eab2043e68656c6c6fbb1f1c19");
    List<InputRecord> records = all(new TfRecords(new ByteArrayInputStream(file), LIMIT));
    assertThat(records).extracting(each -> text(each.content())).containsExactly("hello");
    assertThat(records.getFirst().framed()).isEqualTo(file);
    byte[] spoilt = file.clone();
    spoilt[13]++;
    assertThatThrownBy(() -> all(new TfRecords(new ByteArrayInputStream(spoilt), LIMIT)))
        .hasMessageContaining("record 1 is malformed: the checksum of its bytes is wrong");
    byte[] cut = java.util.Arrays.copyOf(file, 15);
    assertThatThrownBy(() -> all(new TfRecords(new ByteArrayInputStream(cut), LIMIT)))
        .hasMessageContaining("record 1 is malformed: the file ends within it");
  }

  private static RecordReader recordIoReader(byte[] file) {
    return new RecordIoRecords(new ByteArrayInputStream(file), LIMIT);
  }

  private static byte[] recordIo(int flag, String text) {
    byte[] bytes = bytes(text);
    return ByteBuffer.allocate(8 + (bytes.length + 3) / 4 * 4)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(MAGIC)
        .putInt(flag << 29 | bytes.length)
        .put(bytes)
        .array();
  }

  private static List<String> contents(RecordReader reader) throws IOException {
    return all(reader).stream().map(each -> text(each.content())).toList();
  }

  private static List<InputRecord> all(RecordReader reader) throws IOException {
    List<InputRecord> all = new ArrayList<>();
    for (Optional<InputRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
      all.add(next.get());
    }
    return all;
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
