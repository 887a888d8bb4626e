package io.sagelocal.transform;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What is the fault of a gzip object, and what of the place where it is stored. */
class UnpackedObjectTest {
  private final byte[] packed = packed();

  @Test
  void aStoreThatBreaksOffIsNoDamageOfTheObject() throws IOException {
    for (int there : new int[] {0, 5, packed.length / 2}) {
      InputStream stored = breaksOff(Arrays.copyOf(packed, there));
      assertThatThrownBy(() -> UnpackedObject.of(stored).readAllBytes())
          .as("after %d bytes", there)
          .isInstanceOf(IOException.class)
          .hasMessage("connection reset");
    }
  }

  @Test
  void whatEndsTooEarlyIsDamaged() {
    byte[] half = Arrays.copyOf(packed, packed.length / 2);
    assertThatThrownBy(() -> UnpackedObject.of(new ByteArrayInputStream(half)).readAllBytes())
        .isInstanceOf(TransformFailure.class)
        .hasMessage("ClientError: CompressionType is Gzip, but it is damaged: it ends too early");
  }

  private static InputStream breaksOff(byte[] there) {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
          }
        };
    return new SequenceInputStream(new ByteArrayInputStream(there), broken);
  }

  private static byte[] packed() {
    byte[] data = new byte[1 << 19];
    new Random(1).nextBytes(data);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(data);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return packed.toByteArray();
  }
}
