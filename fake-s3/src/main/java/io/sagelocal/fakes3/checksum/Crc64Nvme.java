package io.sagelocal.fakes3.checksum;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/**
 * CRC-64/NVME, which no JDK has and new SDKs send by default. Eight tables take eight bytes a step.
 */
final class Crc64Nvme implements Checksum {
  /** The polynomial with its lowest bit first. */
  static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

  private static final int SLICES = 8;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long[][] TABLES = tables();

  private long state = ~0L;

  @Override
  public void update(int one) {
    state = TABLES[0][(int) (state ^ one) & 0xff] ^ state >>> 8;
  }

  @Override
  public void update(byte[] bytes, int offset, int length) {
    long crc = state;
    int at = offset;
    int end = offset + length;
    for (; end - at >= SLICES; at += SLICES) {
      long word = crc ^ (long) WORDS.get(bytes, at);
      crc =
          TABLES[7][(int) word & 0xff]
              ^ TABLES[6][(int) (word >>> 8) & 0xff]
              ^ TABLES[5][(int) (word >>> 16) & 0xff]
              ^ TABLES[4][(int) (word >>> 24) & 0xff]
              ^ TABLES[3][(int) (word >>> 32) & 0xff]
              ^ TABLES[2][(int) (word >>> 40) & 0xff]
              ^ TABLES[1][(int) (word >>> 48) & 0xff]
              ^ TABLES[0][(int) (word >>> 56)];
    }
    for (; at < end; at++) {
      crc = TABLES[0][(int) (crc ^ bytes[at]) & 0xff] ^ crc >>> 8;
    }
    state = crc;
  }

  @Override
  public long getValue() {
    return ~state;
  }

  @Override
  public void reset() {
    state = ~0L;
  }

  private static long[][] tables() {
    long[][] tables = new long[SLICES][256];
    for (int value = 0; value < 256; value++) {
      long crc = value;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
      }
      tables[0][value] = crc;
    }
    for (int value = 0; value < 256; value++) {
      for (int slice = 1; slice < SLICES; slice++) {
        long before = tables[slice - 1][value];
        tables[slice][value] = tables[0][(int) before & 0xff] ^ before >>> 8;
      }
    }
    return tables;
  }
}
