package io.sagelocal.fakes3.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CodecTest {
  @Test
  void aPartIsReadAsItWasWritten() {
    Content content =
        new Content(3, "0f", List.of(new Segment(7, 10, 2), new Segment(8, 0, 1)), List.of(2L, 1L));
    Part part = new Part(5, Instant.EPOCH, content, Optional.empty());
    assertThat(Codec.part(Codec.part(part))).isEqualTo(part);
  }

  @Test
  void recordsFromWhenSegmentsWereWholeFilesAreReadAsSuch() throws IOException {
    Content content = new Content(3, "0f", List.of(new Segment(7, 3)), List.of());
    assertThat(Codec.part(oldPart(1)))
        .isEqualTo(new Part(5, Instant.EPOCH, content, Optional.empty()));
  }

  @Test
  void aRecordOfALaterVersionIsToldApart() {
    assertThatThrownBy(() -> Codec.part(oldPart(3)))
        .hasMessage("the S3 index holds a record of form 3; this version reads form 1 to 2");
  }

  private static byte[] oldPart(int form) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(form);
    out.writeInt(5); // number
    out.writeLong(0); // modified
    out.writeLong(3); // size
    out.writeInt(2);
    out.writeBytes("0f"); // entity tag
    out.writeInt(1); // one segment
    out.writeLong(7);
    out.writeLong(3);
    out.writeInt(0); // no parts
    out.writeInt(0); // no checksum
    return bytes.toByteArray();
  }
}
